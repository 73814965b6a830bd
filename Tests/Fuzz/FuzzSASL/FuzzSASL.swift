import FuzzChecks

/// One input of libFuzzer.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    unsafe FuzzTarget.sasl.run(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
