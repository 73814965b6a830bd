package import Intake
package import Mail
package import Storage

/// What a connection asks of the inside.
///
/// Tests put their own answers here; the server has the pipeline's.
package struct IntakeDoor: Sendable {
    package var resolve: @Sendable (ForwardPath) -> RecipientResolution
    package var makeSink: @Sendable (_ declaredSize: UInt64?) -> Result<MessageSink, ResourceShortage>
    package var accept: @concurrent @Sendable (ReceivedMessage, Delivery) async -> [Disposition]
    package var recordRefusal: @Sendable (Refusal) -> Void

    package init(
        resolve: @escaping @Sendable (ForwardPath) -> RecipientResolution,
        makeSink: @escaping @Sendable (_ declaredSize: UInt64?) -> Result<MessageSink, ResourceShortage>,
        accept: @escaping @concurrent @Sendable (ReceivedMessage, Delivery) async -> [Disposition],
        recordRefusal: @escaping @Sendable (Refusal) -> Void
    ) {
        self.resolve = resolve
        self.makeSink = makeSink
        self.accept = accept
        self.recordRefusal = recordRefusal
    }

    init(_ pipeline: IntakePipeline) {
        self.init(
            resolve: { pipeline.resolve($0) },
            makeSink: { pipeline.makeSink(declaredSize: $0) },
            accept: { await pipeline.accept($0, $1) },
            recordRefusal: { pipeline.recordRefusal($0) }
        )
    }
}
