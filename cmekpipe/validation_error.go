package cmekpipe

import "errors"

// fault says what is wrong with a value, and what to type instead. The zero fault means that the value is good.
type fault struct{ reason, hint string }

// error returns the fault as the error of an operation on a named resource.
func (f fault) error(op, resource string) *Error {
	return &Error{Op: op, Code: InvalidName, Resource: clip(resource, 2000), Hint: f.hint, Err: errors.New(f.reason)}
}

// or returns f with a default hint, for the case that it has none of its own.
func (f fault) or(hint string) fault {
	if f.hint == "" {
		f.hint = hint
	}
	return f
}

// correctedTo returns f with the hint to write a corrected value; f itself if no correction is known.
func (f fault) correctedTo(value string) fault {
	if value != "" {
		f.hint = "write " + value
	}
	return f
}

// newFault returns one error of a set of options. The field is the name of Beam's flag for the option.
func newFault(code Code, field, reason, hint string) *Error {
	return &Error{Code: code, Resource: field, Hint: hint, Err: errors.New(reason)}
}
