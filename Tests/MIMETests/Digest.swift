import OpenSSL

func digest(of octets: [UInt8]) -> [UInt8] {
    SHA256.digest(of: octets.span)
}
