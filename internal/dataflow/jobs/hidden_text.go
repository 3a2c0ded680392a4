package jobs

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"google.golang.org/api/googleapi"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

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

// Discreet returns the error of a call that Dataflow refused with status 400, without the service's text, which may quote labels,
// options or values of parameters. Only the names of refused fields and parameters are kept. Any other error stays itself.
func Discreet(op, resource, hint string, err error) error {
	e, ok := errors.AsType[*googleapi.Error](err)
	if !ok || e.Code != http.StatusBadRequest {
		return err
	}
	if code := gcperr.Code(err); code != cmekpipe.InvalidOptions && code != cmekpipe.Unavailable { // which a cut answer has
		return err
	}
	if fault, known := explain.FindFault(e.Message + " " + e.Body); known { // its cause is in our words
		message := e.Message + " " + e.Body
		return &cmekpipe.Error{Op: op, Code: fault.Code, Resource: resource, Err: &Withheld{Err: err, Text: fault.Cause},
			Hint: explain.Remedy(explain.Case{Code: fault.Code, Resource: resource, Message: message})}
	}
	text := "got HTTP status " + strconv.Itoa(e.Code)
	var names []string
	for _, detail := range e.Details {
		names = append(names, violated(detail)...)
	}
	if len(names) > 0 {
		text += " for " + strings.Join(names, ", ")
	}
	return &cmekpipe.Error{Op: op, Code: cmekpipe.InvalidOptions, Resource: resource, Hint: hint,
		Err: &Withheld{Err: err, Text: text + "; its text is left out, because it may quote values, and is behind Unwrap"}}
}

// violated returns the names in details of the API's InvalidTemplateParameters and of Google's BadRequest.
func violated(detail any) (names []string) {
	var d struct {
		ParameterViolations []struct{ Parameter string }
		FieldViolations     []struct{ Field string }
	}
	text, err := json.Marshal(detail)
	if err != nil || json.Unmarshal(text, &d) != nil {
		return nil
	}
	for _, v := range d.ParameterViolations {
		names = append(names, v.Parameter)
	}
	for _, v := range d.FieldViolations {
		names = append(names, v.Field)
	}
	return names
}
