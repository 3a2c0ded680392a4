package sql

// fault is a query's own fault.
func fault(message string) *Error { return &Error{Reason: "invalidQuery", Message: message} }

// unsupported refuses what BigQuery executes and this package does not.
func unsupported(what string) *Error { return fault("the loopback BigQuery does not execute " + what) }
