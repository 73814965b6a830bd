internal import Foundation

extension Error {
    /// Why the system refused, in its own words: Foundation wraps them in a sentence that often says nothing.
    package var reason: String {
        let error = self as NSError
        if error.domain == NSPOSIXErrorDomain { return unsafe String(cString: strerror(Int32(error.code))) }
        let cause = error.userInfo[NSUnderlyingErrorKey] as? any Error
        return cause?.reason ?? localizedDescription
    }
}
