package store

import "fmt"

// Error is a refusal of BigQuery. Reason is one of its error codes, see
// https://docs.cloud.google.com/bigquery/docs/error-messages.
type Error struct{ Reason, Message string }

// The reasons.
const (
	Invalid      = "invalid"
	NotFound     = "notFound"
	Duplicate    = "duplicate"
	AccessDenied = "accessDenied"
	InUse        = "resourceInUse"
	InvalidQuery = "invalidQuery"
	PreCondition = "conditionNotMet"
	Required     = "required"
	Unsupported  = "notImplemented"
	TooLarge     = "uploadTooLarge"
	Internal     = "internalError"
	Stopped      = "stopped"
)

// Error returns the text.
func (e *Error) Error() string { return e.Message }

// Refuse returns an [*Error].
func Refuse(reason, format string, args ...any) error {
	return &Error{reason, fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) error { return Refuse(Invalid, format, args...) }
