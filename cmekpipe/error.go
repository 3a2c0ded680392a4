package cmekpipe

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"unicode"
)

// Error is what every function of this module returns when it refuses or fails. It names the operation, the exact
// resource and what to type next. Its text never holds user data, tokens or constants of the pipeline.
//
//	if errors.Is(err, cmekpipe.KeyDisabled) { … }
//	var e *cmekpipe.Error
//	if errors.As(err, &e) { fmt.Println(e.Resource, e.Hint) }
type Error struct {
	// Op is the function that failed, as a reader would look it up: "textio.WriteSharded".
	Op string
	// Code is the kind of failure.
	Code Code
	// Resource is the full name of what the error is about: a key, an object, a transform, a flag. It is exact, so one
	// that somebody typed may hold anything; [Error.Error] puts it in quotes.
	Resource string
	// Hint says what to do next. It is empty where there is nothing to advise.
	Hint string
	// Err is the cause: a service's own error, or a sentence with what was got and what was wanted.
	Err error
}

// Error returns one line,
//
//	cmekpipe[code] operation: "resource": cause; hint: what to do next
//
// without the parts that are empty. [FindError] reads it back out of whatever a runner wraps around it.
func (e *Error) Error() string {
	cause := e.cause()
	text := errorMark + string(e.Code) + "] " + e.head(cause) + cause
	if e.Hint != "" {
		text += hintMark + visible(e.Hint)
	}
	return text
}

// head names operation and resource. Both stand in quotes when a reader would otherwise take the cause for one of them.
func (e *Error) head(cause string) string {
	var short string
	if e.Op != "" {
		short = e.Op + ": "
	}
	if e.Resource != "" {
		short += strconv.Quote(e.Resource) + ": "
	}
	if op, resource, rest := cutHead(short + cause); op == e.Op && resource == e.Resource && rest == cause {
		return short
	}
	return strconv.Quote(e.Op) + ": " + strconv.Quote(e.Resource) + ": "
}

// cause keeps to one line and leaves the mark of the hint to the error's own.
func (e *Error) cause() string {
	if e.Err == nil {
		return e.Code.Error()
	}
	return strings.ReplaceAll(oneLine(e.Err.Error()), hintMark, ", hint: ")
}

// Unwrap returns the code and the cause, so that errors.Is finds either.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Code}
	}
	return []error{e.Code, e.Err}
}

// CodeOf returns the code of the first [Error] in err's tree. It returns "" for nil, for errors of others and for
// the errors of a context, which stay themselves.
func CodeOf(err error) Code {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// oneLine keeps an error on one line: causes may hold line breaks and broken text that came from outside.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}

// visible puts a text in quotes when a reader of the whole line could not tell where it begins or what is in it.
func visible(s string) string {
	if isPlain(s) && s == strings.TrimSpace(s) && !strings.HasPrefix(s, `"`) {
		return s
	}
	return strconv.Quote(s)
}
