internal import Mail

/// What the end of a file's name says.
enum FileExtension {
    /// The part of a path behind its last slash or backslash.
    static func fileName(of path: String) -> String {
        let name = path.utf8.reversed().prefix { $0 != UInt8(ascii: "/") && $0 != Octet.backslash }.reversed()
        return String(decoding: Array(name), as: UTF8.self)
    }

    /// All extensions of a name in lower case, the last one first; the part in front of the first period is none.
    ///
    /// Windows drops periods and blanks at the end, so `a.exe. .` is a program.
    static func all(of path: String) -> [String] {
        var octets = Array(fileName(of: path).utf8)
        while let last = octets.last, last == Octet.period || last <= Octet.space { octets.removeLast() }
        // QUIRK: a stream of NTFS, `a.exe:x` or `a.exe::$DATA`, is read as the file.
        if let colon = octets.firstIndex(of: Octet.colon), colon > 1 { octets.removeSubrange(colon...) }
        var parts: [String] = []
        for part in octets.split(separator: Octet.period, omittingEmptySubsequences: false).reversed().dropLast() {
            guard parts.count < 8 else { break }
            let blank = part.drop { $0 <= Octet.space }.reversed().drop { $0 <= Octet.space }.reversed()
            parts.append(String(decoding: blank.map(\.asciiLowercased), as: UTF8.self))
        }
        return parts
    }

    /// The extension of a name in lower case, empty when there is none.
    static func last(of path: String) -> String { all(of: path).first ?? "" }

    /// The extensions that a name may turn out to have: as it was given, and as it is once it is harmless.
    ///
    /// Invisible characters hide the end of the first, a stream of NTFS that of the second.
    static func ends(of given: String) -> Set<String> { [last(of: given), last(of: AttachmentName(given).text)] }

    /// Whether an extension is that of an archive, which may hide files of any kind.
    static func isArchive(_ name: String) -> Bool {
        FileFormat.formats(withExtension: name).contains { $0.group == .archive || $0.group == .diskImage }
    }

    /// Extensions of files that a system runs when they are opened, or that bring programs with them.
    static let dangerous: Set<String> = words(
        """
        ade adp ani app appcontent-ms appimage appinstaller application appref-ms appx appxbundle asp aspx bas bash bat
        bundle cdxml cer chm cmd cnt com command cpl csh deskthemepack desktop diagcab diagpkg dll dqy drv elf exe
        fileloc fxp gadget grp hlp hpj hta htc img inetloc inf ins iqy iso isp its jar jnlp job js jse ksh library-ms
        lnk mad maf mag mam maq mar mas mat mau mav maw mcf mda mdb mde mdt mdw mdz mht mhtml msc msh msh1 msh1xml
        msh2 msh2xml mshxml msi msix msixbundle msp mst msu ocx ops oqy osd pcd pif pkg pl plg prf prg printerexport
        ps1 ps1xml ps2 ps2xml psc1 psc2 psd1 psdm1 psm1 pssc py pyc pyo pyw pyz pyzw rdp reg rqy run scf scpt scr sct
        search-ms searchconnector-ms service settingcontent-ms sh shb shs slk swf sys terminal theme themepack udl
        url vb vbe vbp vbs vhd vhdx vsmacros vsto vsw vxd war wcx webloc webpnp website wll workflow ws wsb wsc wsf
        wsh xbap xll xnk zsh
        """
    )

    /// Extensions of Office documents that may hold macros.
    static let macro: Set<String> = words("docm dotm xlsm xltm xlsb xlam pptm potm ppsm ppam sldm xlm xla")

    private static func words(_ text: String) -> Set<String> {
        Set(text.split(whereSeparator: \.isWhitespace).map(String.init))
    }
}
