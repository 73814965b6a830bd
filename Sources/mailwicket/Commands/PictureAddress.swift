internal import Foundation
internal import MIME

/// Writes a picture into the page that shows it (RFC 2397).
enum PictureAddress {
    /// The address that holds a picture; `nil` when the content is none that a browser shows without running anything.
    ///
    /// By the content alone: what the sender declares does not count, and SVG is a document that can run.
    static func address(of content: [UInt8]) -> String? {
        guard let format = MediaTypeDetector.format(of: content.span), shown.contains(format.mediaType) else {
            return nil
        }
        return "data:\(format.mediaType);base64,\(Data(content).base64EncodedString())"
    }

    private static let shown: Set<String> = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"]
}
