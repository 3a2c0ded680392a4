package healthcare

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// outcome is an error in the form of FHIR.
type outcome struct {
	status      int
	code        string // from https://hl7.org/fhir/R4/valueset-issue-type.html
	diagnostics string
}

func (o *outcome) Error() string { return o.diagnostics }

func invalid(diagnostics string) error {
	return &outcome{http.StatusBadRequest, "invalid", diagnostics}
}

func unsupported(diagnostics string) error {
	return &outcome{http.StatusBadRequest, "not-supported", diagnostics}
}

func unknownResource(kind, id string) error {
	return &outcome{http.StatusNotFound, "not-found", "resource " + kind + "/" + id + " is not there"}
}

// outcomeOf converts any error of this server to an outcome.
func outcomeOf(err error) *outcome {
	if o, ok := errors.AsType[*outcome](err); ok {
		return o
	}
	o := &outcome{http.StatusInternalServerError, "exception", err.Error()}
	if e, ok := errors.AsType[*core.APIError](err); ok {
		o.status, o.code = e.Status, "processing"
		switch e.Status {
		case http.StatusForbidden:
			o.code = "security"
		case http.StatusBadRequest:
			o.code = "invalid"
		}
	}
	return o
}

func (o *outcome) resource() json.RawMessage {
	type issue struct {
		Severity    string `json:"severity"`
		Code        string `json:"code"`
		Diagnostics string `json:"diagnostics"`
	}
	return marshal(struct {
		ResourceType string  `json:"resourceType"`
		Issue        []issue `json:"issue"`
	}{"OperationOutcome", []issue{{"error", o.code, o.diagnostics}}})
}

// writeOutcome writes an outcome, or an error in Google's form if there is no store.
func writeOutcome(w http.ResponseWriter, err error) {
	if e, ok := errors.AsType[*core.APIError](err); ok && e.Status == http.StatusNotFound {
		core.WriteError(w, err)
		return
	}
	o := outcomeOf(err)
	writeFHIR(w, o.status, o.resource())
}
