package gcs

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs/store"
)

// statusCancelled is what Cloud Storage answers to the cancelling of an upload.
const statusCancelled = 499

// apiError is a refusal as Cloud Storage words it.
type apiError struct {
	status  int
	reason  string // the JSON API's: "conditionNotMet"
	message string
}

func (e *apiError) Error() string { return e.message }

func invalid(format string, args ...any) error {
	return &apiError{http.StatusBadRequest, "invalid", fmt.Sprintf(format, args...)}
}

func required(name string) error {
	return &apiError{http.StatusBadRequest, "required", "Required parameter: " + name}
}

func notFound(message string) error { return &apiError{http.StatusNotFound, "notFound", message} }

func conditionNotMet() *apiError {
	return &apiError{http.StatusPreconditionFailed, "conditionNotMet",
		"At least one of the pre-conditions you specified did not hold."}
}

func notModified() error { return &apiError{status: http.StatusNotModified, reason: "notModified"} }

// refusal words an error about a bucket or object as Cloud Storage does.
func refusal(err error, bucket, object string) *apiError {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e
	}
	e, ok := errors.AsType[store.Error](err)
	if !ok {
		return &apiError{http.StatusInternalServerError, "internalError", err.Error()}
	}
	switch e {
	case store.NoBucket:
		return &apiError{http.StatusNotFound, "notFound", "The specified bucket does not exist."}
	case store.NoObject:
		return &apiError{http.StatusNotFound, "notFound", "No such object: " + bucket + "/" + object}
	case store.BucketExists:
		return &apiError{http.StatusConflict, "conflict",
			"Your previous request to create the named bucket succeeded and you already own it."}
	case store.BucketNotEmpty:
		return &apiError{http.StatusConflict, "conflict", "The bucket you tried to delete is not empty."}
	case store.NoSoftDelete:
		return &apiError{http.StatusBadRequest, "invalid", "The bucket has no soft delete policy."}
	}
	return conditionNotMet()
}

// keyRefusal words Cloud KMS's refusal as Cloud Storage passes it on. NotFound is the reason for a key that is not
// there, which differs between writing and reading. Source:
// https://docs.cloud.google.com/storage/docs/json_api/v1/status-codes.
func keyRefusal(err error, notFound string) error {
	e, ok := errors.AsType[*core.KeyError](err)
	if !ok {
		return err
	}
	switch e.Reason {
	case core.KeyDenied:
		return &apiError{http.StatusForbidden, "forbidden", "Permission denied on Cloud KMS key. Please ensure that " +
			"your Cloud Storage service account has been authorized to use this key."}
	case core.KeyNotEnabled:
		return &apiError{http.StatusBadRequest, "cloudKmsDisabledKey", e.Message}
	case core.KeyNotFound:
		return &apiError{http.StatusBadRequest, notFound, e.Message}
	}
	return badKey()
}

func badKey() error {
	return &apiError{http.StatusBadRequest, "cloudKmsBadKey", "Bad Cloud KMS key."}
}

func writeError(w http.ResponseWriter, e *apiError, asXML bool) {
	if e.status == http.StatusNotModified {
		w.WriteHeader(e.status)
		return
	}
	if asXML {
		writeXMLError(w, e)
		return
	}
	type item struct {
		Domain  string `json:"domain"`
		Reason  string `json:"reason"`
		Message string `json:"message"`
	}
	type body struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Errors  []item `json:"errors"`
	}
	writeJSON(w, e.status, map[string]body{"error": {e.status, e.message, []item{{"global", e.reason, e.message}}}})
}

func writeXMLError(w http.ResponseWriter, e *apiError) {
	type body struct {
		XMLName xml.Name `xml:"Error"`
		Code    string   `xml:"Code"`
		Message string   `xml:"Message"`
	}
	text, err := xml.Marshal(body{Code: xmlCode(e), Message: e.message})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/xml; charset=UTF-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(xml.Header)+len(text)))
	w.WriteHeader(e.status)
	_, _ = w.Write(append([]byte(xml.Header), text...)) // a client that went away wants no answer
}

// xmlCode is the XML API's name of a refusal. Source:
// https://docs.cloud.google.com/storage/docs/xml-api/reference-status.
func xmlCode(e *apiError) string {
	switch {
	case strings.HasPrefix(e.reason, "cloudKms"):
		return "C" + e.reason[1:]
	case e.status == http.StatusNotFound && strings.Contains(e.message, "bucket does not exist"):
		return "NoSuchBucket"
	case e.status == http.StatusNotFound:
		return "NoSuchKey"
	case e.status == http.StatusPreconditionFailed:
		return "PreconditionFailed"
	case e.status == http.StatusForbidden:
		return "AccessDenied"
	case e.status == http.StatusRequestedRangeNotSatisfiable:
		return "InvalidRange"
	case e.status >= http.StatusInternalServerError:
		return "InternalError"
	}
	return "InvalidArgument"
}

func writeJSON(w http.ResponseWriter, status int, answer any) {
	text, err := json.Marshal(answer)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = w.Write(text) // a client that went away wants no answer
}
