"""Sales made without network (own room: pure): what is honoured, licences, sealed codes."""
