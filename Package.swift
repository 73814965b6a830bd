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

func product(_ name: String, _ package: String) -> Target.Dependency {
    .product(name: name, package: package)
}

let grdb = product("GRDB", "GRDB.swift")
let sqlite = product("GRDBSQLite", "GRDB.swift")
let nioCore = product("NIOCore", "swift-nio")
let nioPosix = product("NIOPosix", "swift-nio")

var targets: [Target] = [
    // 0 C
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    // 1 nouns
    room("Mail"),
    // 2 adapters and languages
    room("OpenSSL", ["COpenSSL"]),
    room("SMTP", ["Mail", nioCore]),
    // 3
    room("MIME", ["Mail", "OpenSSL"]),
    // 4 rules
    room("Ticketing", ["Mail", "MIME"]),
    // 5 durable
    room("Storage", ["Mail", "MIME", "OpenSSL", "Ticketing", grdb, sqlite]),
    // 6 use cases
    room("Desk", ["Storage"]),
    // 7
    room("Intake", ["Mail", "MIME", "Ticketing", "Storage", "Desk"]),
    // What tests share, and the programs that they use.
    .target(
        name: "TestSupport",
        dependencies: ["Mail", "SMTP", nioCore, nioPosix],
        path: "Tests/Support",
        swiftSettings: settings
    ),
    // tests
    tests(of: "Mail", ["Mail"]),
    tests(of: "OpenSSL", ["OpenSSL"]),
    tests(of: "SMTP", ["Mail", "SMTP", "TestSupport", nioCore]),
    tests(of: "MIME", ["Mail", "MIME", "OpenSSL"]),
    tests(of: "Ticketing", ["Mail", "MIME", "Ticketing"]),
]

let package = Package(
    name: "mailwicket",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
    ],
    targets: targets,
    swiftLanguageModes: [.v6]
)
