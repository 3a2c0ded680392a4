package sql

// fault is a query's own fault.
func fault(message string) *Error { return &Error{Reason: "invalidQuery", Message: message} }

// unsupported refuses what BigQuery executes and this package does not.
func unsupported(construct string) *Error {
	return &Error{Reason: "invalidQuery", Message: "unsupported query construct " + construct, Unsupported: true}
}
