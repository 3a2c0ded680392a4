package jobs

// Withheld is an error of a runner or a service whose text may hold user data: elements, values of parameters, stack
// traces. Error returns only what is known to hold none; the whole error is behind Unwrap.
type Withheld struct {
	// Text is what may be shown.
	Text string
	// Err is the whole error.
	Err error
}

// Error returns the text that may be shown.
func (e *Withheld) Error() string { return e.Text }

// Unwrap returns the whole error.
func (e *Withheld) Unwrap() error { return e.Err }
