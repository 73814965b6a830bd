public import Storage

extension SQLWriter {
    /// Opens a ticket with its first entry.
    ///
    /// - Parameter comment: the first entry; its `ticket` is the new ticket.
    /// - Returns: the ticket's number.
    public func open(_ ticket: TicketRecord, with comment: CommentRecord) throws(StoreError) -> Int64 {
        let number = try nextTicketNumber()
        try insert(ticket, number: number)
        try insert(comment)
        return number
    }

    /// Adds an entry to a ticket's thread.
    public func append(_ comment: CommentRecord) throws(StoreError) {
        try insert(comment)
        try touch(ticket: comment.ticket, at: comment.createdAt)
    }
}
