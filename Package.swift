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
let nioEmbedded = product("NIOEmbedded", "swift-nio")
let nioHTTP1 = product("NIOHTTP1", "swift-nio")
let logging = product("Logging", "swift-log")
let lifecycle = product("ServiceLifecycle", "swift-service-lifecycle")
let signals = product("UnixSignals", "swift-service-lifecycle")
let arguments = product("ArgumentParser", "swift-argument-parser")
let hummingbird = product("Hummingbird", "hummingbird")
let hummingbirdCore = product("HummingbirdCore", "hummingbird")
let yams = product("Yams", "Yams")

var targets: [Target] = [
    // 0 C
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    // glibc's resolver.
    .systemLibrary(name: "CResolv"),
    .target(name: "CSQLiteTuning", linkerSettings: [.linkedLibrary("sqlite3")]),
    // 1 nouns
    room("Mail"),
    // 2 adapters and languages
    room("OpenSSL", ["COpenSSL", "Mail"]),
    // `Mail` has the questions and answers that the rules of `MailAuth` know.
    room("DNS", ["CResolv", "Mail"]),
    room("Sockets", [nioCore, logging]),
    // 3
    room("MIME", ["Mail", "OpenSSL"]),
    room("SASL", ["Mail", "OpenSSL"]),
    // 4 rules and the protocol
    room("MailAuth", ["Mail", "MIME", "OpenSSL"]),
    room("SMTP", ["Mail", "OpenSSL", "SASL", nioCore]),
    room("Ticketing", ["Mail", "MIME"]),
    // 5 durable
    room("Storage", ["CSQLiteTuning", "Mail", "MIME", "OpenSSL", "Ticketing", grdb, sqlite]),
    // 6 use cases
    room("Desk", ["Mail", "MIME", "Storage"]),
    // 7
    room("Intake", ["Mail", "MIME", "Ticketing", "Storage", "Desk"]),
    // 8 doors
    room(
        "Inbound",
        ["Mail", "OpenSSL", "SMTP", "Sockets", "Storage", "Intake", nioCore, nioPosix, logging, lifecycle]
    ),
    room(
        "Console",
        [
            "Mail", "Sockets", "Ticketing", "Storage", "Intake", nioCore, nioPosix, nioHTTP1, hummingbird,
            hummingbirdCore, logging, lifecycle,
        ]
    ),
    // 9 house
    .executableTarget(
        name: "mailwicket",
        dependencies: [
            "Mail", "OpenSSL", "SMTP", "MIME", "Ticketing", "Storage", "Desk", "Intake", "Inbound", "Console", nioPosix,
            yams,
            arguments, logging, lifecycle, signals,
        ],
        swiftSettings: settings
    ),

    // What tests share, and the programs that they use.
    .target(
        name: "TestSupport",
        dependencies: ["Mail", "SASL", "SMTP", nioCore, nioPosix],
        path: "Tests/Support",
        swiftSettings: settings
    ),
    .target(name: "CFaultyVFS", path: "Tests/FaultyVFS", linkerSettings: [.linkedLibrary("sqlite3")]),
    .target(
        name: "Faults",
        dependencies: ["CFaultyVFS", "Mail", "MIME", "Storage"],
        path: "Tests/Faults",
        swiftSettings: settings
    ),
    .executableTarget(
        name: "Load",
        dependencies: [nioCore, nioPosix, arguments],
        path: "Tests/Load",
        swiftSettings: settings
    ),
    .executableTarget(name: "Measure", dependencies: ["MIME"], path: "Tests/Measure", swiftSettings: settings),

    // tests
    tests(of: "Mail", ["Mail"]),
    tests(of: "OpenSSL", ["Mail", "OpenSSL", "TestSupport"]),
    tests(of: "DNS", ["DNS", "Mail"]),
    tests(of: "SMTP", ["Mail", "OpenSSL", "SASL", "SMTP", "TestSupport", nioCore]),
    tests(of: "MIME", ["Mail", "MIME", "OpenSSL"]),
    tests(of: "SASL", ["Mail", "OpenSSL", "SASL"]),
    tests(of: "MailAuth", ["Mail", "MIME", "OpenSSL", "MailAuth"]),
    tests(of: "Ticketing", ["Mail", "MIME", "Ticketing"]),
    tests(of: "Storage", ["Faults", "Mail", "MIME", "OpenSSL", "Storage", grdb]),
    tests(of: "Desk", ["Faults", "Mail", "MIME", "Storage", "Desk"]),
    tests(of: "Intake", ["Faults", "Mail", "MIME", "Ticketing", "Storage", "Intake"]),
    tests(
        of: "Inbound",
        [
            "Faults", "Mail", "OpenSSL", "Ticketing", "SMTP", "Storage", "Intake", "Inbound", "TestSupport", nioCore,
            nioPosix, nioEmbedded,
            logging, lifecycle,
        ]
    ),
    tests(of: "Console", ["Mail", "Ticketing", "Storage", "Intake", "Console", nioCore, nioPosix, logging, lifecycle]),
    tests(
        of: "mailwicket",
        [
            "Faults", "Mail", "OpenSSL", "MIME", "Ticketing", "Storage", "Intake", "Inbound", "Console", "mailwicket",
            arguments,
            logging, yams,
        ]
    ),
    tests(of: "EndToEnd", ["MIME", "TestSupport"]),

    // What must hold of every input, for the fuzz targets and for the tests that walk their finds.
    .target(
        name: "FuzzChecks",
        dependencies: ["Mail", "OpenSSL", "DNS", "SMTP", "MIME", "SASL", "MailAuth", "Ticketing"],
        path: "Tests/Fuzz/Checks",
        swiftSettings: settings
    ),
    tests(of: "Fuzz", ["FuzzChecks"]),
]

if fuzzing {
    let readers = [
        "Message", "HTML", "TNEF", "Zip", "Calendar", "Reports", "Reply", "Cryptography", "TLS", "DNS", "SASL",
        "MailAuth",
        "PROXY",
    ]
    for name in ["SMTPSession"] + readers {
        targets.append(
            .executableTarget(
                name: "Fuzz\(name)",
                dependencies: name == "SMTPSession" ? ["Mail", "SMTP", nioCore] : ["FuzzChecks"],
                path: "Tests/Fuzz/Fuzz\(name)",
                swiftSettings: settings
            )
        )
    }
}

let package = Package(
    name: "mailwicket",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "mailwicket", targets: ["mailwicket"]),
        .executable(name: "mailwicket-load", targets: ["Load"]),
        .executable(name: "mailwicket-measure", targets: ["Measure"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: targets,
    swiftLanguageModes: [.v6]
)
