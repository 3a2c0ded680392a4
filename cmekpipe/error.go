package cmekpipe

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"unicode"
)

// Error is the error type of this module. It names the operation, the exact resource and what to do next. Its text never
// contains user data, tokens or constants of the pipeline.
//
//	if errors.Is(err, cmekpipe.KeyDisabled) { … }
//	var e *cmekpipe.Error
//	if errors.As(err, &e) { fmt.Println(e.Resource, e.Hint) }
type Error struct {
	// Op is the function that failed, as go doc finds it: "textio.WriteSharded".
	Op string
	// Code is the kind of failure.
	Code Code
	// Resource is the full name of what the error is about: a key, an object, a transform, a flag. It is the exact text
	// that was given, which may be anything; [Error.Error] quotes it.
	Resource string
	// Hint is an action or a command that fixes the error. It is empty if there is none.
	Hint string
	// Err is the cause: a service's own error, or a sentence that says what was got and what was wanted.
	Err error
}

// Error returns one line,
//
//	cmekpipe[code] operation: "resource": cause; hint: what to do next
//
// without the parts that are empty. [FindError] parses it back, from any text around it.
func (e *Error) Error() string {
	cause := e.cause()
	text := errorMark + string(e.Code) + "] " + e.head(cause) + cause
	if e.Hint != "" {
		text += hintMark + visible(e.Hint)
	}
	return text
}

// head returns operation and resource. Both are quoted if a reader could otherwise mistake the cause for one of them.
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

// cause returns the cause on one line, without the mark that starts the hint.
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

// CodeOf returns the code of the first [Error] in err's tree. It returns "" for nil, for other errors and for the
// errors of a context.
func CodeOf(err error) Code {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// oneLine replaces characters that break lines or that a terminal obeys: causes may contain text from outside. Package terminal,
// which escapes them, would be one more package that every worker links.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return ' '
		}
		return r
	}, s)
}

// visible quotes a text if a reader of the line could not tell where it begins or what it contains.
func visible(s string) string {
	if isPlain(s) && s == strings.TrimSpace(s) && !strings.HasPrefix(s, `"`) {
		return s
	}
	return strconv.Quote(s)
}
