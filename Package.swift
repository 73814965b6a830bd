// swift-tools-version: 6.2

import PackageDescription

// The layering of the rooms, told once. A target lists each room whose types it touches, and only
// rooms of a lower layer; `make lint` compares the imports of the sources with these lists.

/// Warnings are errors and unsafe code is marked only where the project itself is checked
/// (`make lint`, `make test`): an administrator's build must not break on a new compiler's warning.
let strict = Context.environment["MAILWICKET_STRICT"] != nil

/// Fuzz targets have no `main` of their own and link only under `--sanitize fuzzer`.
let fuzzing = Context.environment["MAILWICKET_FUZZ"] != nil

let settings: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ] + (strict ? [.treatAllWarnings(as: .error), .strictMemorySafety()] : [])

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(of name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: name + "Tests", dependencies: dependencies, swiftSettings: settings)
}

var targets: [Target] = [
    // 0 C
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    // 1 nouns
    room("Mail"),
    // 2 adapters
    room("OpenSSL", ["COpenSSL"]),
    // tests
    tests(of: "Mail", ["Mail"]),
    tests(of: "OpenSSL", ["OpenSSL"]),
]

let package = Package(
    name: "mailwicket",
    platforms: [.macOS(.v15)],
    dependencies: [],
    targets: targets,
    swiftLanguageModes: [.v6]
)
