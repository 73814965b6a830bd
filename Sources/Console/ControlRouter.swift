internal import FoundationEssentials
internal import Hummingbird
internal import HummingbirdCore
internal import Intake
internal import Logging
internal import NIOCore

/// What the console answers, path by path.
struct ControlRouter: Sendable {
    private let importing: MessageImport
    private let clearAlarm: @Sendable (String) async throws -> Bool
    private let status: @Sendable () async -> StatusReport

    init(
        importing: MessageImport,
        clearAlarm: @escaping @Sendable (String) async throws -> Bool,
        status: @escaping @Sendable () async -> StatusReport
    ) {
        self.importing = importing
        self.clearAlarm = clearAlarm
        self.status = status
    }

    /// Answers one request.
    func responder(logger: Logger) -> HTTPChannelHandler.Responder {
        let router = Router()
        router.get("/v1/status") { [status] _, _ in
            try Self.response(.ok, await status())
        }
        router.post("/v1/import") { [importing] request, _ in
            try await Self.importMessage(request, importing)
        }
        router.post("/v1/alarms/clear") { [clearAlarm] request, _ in
            let kind = request.uri.queryParameters["kind"].map(String.init) ?? ""
            return try Self.response(.ok, ClearedAlarm(isCleared: try await clearAlarm(kind)))
        }
        let responder = router.buildResponder()
        return { request, writer, channel in
            let context = BasicRequestContext(
                source: ApplicationRequestContextSource(channel: channel, logger: logger)
            )
            let response: Response
            do {
                response = try await responder.respond(to: request, context: context)
            } catch {
                logger.error("a control request failed", metadata: ["error": "\(error)"])
                response = Response(status: .internalServerError)
            }
            try await writer.write(response: response.head, body: response.body)
        }
    }

    private static func importMessage(_ request: Request, _ importing: MessageImport) async throws -> Response {
        let query = request.uri.queryParameters
        guard let mailbox = query["mailbox"].map(String.init), !mailbox.isEmpty else {
            return try response(.badRequest, ImportAnswer(result: .refused, problem: "The mailbox is missing."))
        }
        let answer = try await importing.run(
            request.body,
            declaredSize: request.headers[.contentLength].flatMap { Int($0) },
            name: query["name"].map(String.init) ?? "",
            options: ImportOptions(mailbox: mailbox, status: query["status"].map(String.init))
        )
        return try response(answer.result.status, answer)
    }

    private static func response(_ status: HTTPResponse.Status, _ body: some Encodable) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let data = try encoder.encode(body)
        return Response(
            status: status,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: data))
        )
    }
}

/// What `POST /v1/alarms/clear` answers.
struct ClearedAlarm: Codable {
    /// Whether there was such an alarm.
    let isCleared: Bool
}

extension ImportAnswer.Result {
    fileprivate var status: HTTPResponse.Status {
        switch self {
        case .imported, .repeated: .ok
        case .refused: .unprocessableContent
        case .failed: .serviceUnavailable
        }
    }
}
