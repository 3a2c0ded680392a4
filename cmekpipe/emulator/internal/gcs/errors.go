package gcs

import (
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs/store"
)

// statusCancelled is the status with which Cloud Storage answers the cancellation of an upload.
const statusCancelled = 499

func invalid(format string, args ...any) error {
	return core.Refusal(http.StatusBadRequest, "invalid", fmt.Sprintf(format, args...))
}

func required(name string) error {
	return core.Refusal(http.StatusBadRequest, "required", "Required parameter: "+name)
}

func notFound(message string) error { return core.Refusal(http.StatusNotFound, "notFound", message) }

func conditionNotMet() *core.APIError {
	return core.Refusal(http.StatusPreconditionFailed, "conditionNotMet",
		"At least one of the pre-conditions you specified did not hold.")
}

func notModified() error { return core.Refusal(http.StatusNotModified, "notModified", "") }

// refusal converts an error about a bucket or object to the error of Cloud Storage.
func refusal(err error, bucket, object string) *core.APIError {
	if e, ok := errors.AsType[*core.APIError](err); ok {
		return e
	}
	if kept, ok := errors.AsType[*store.Kept](err); ok {
		return keptRefusal(kept)
	}
	if fast, ok := errors.AsType[*store.TooFast](err); ok {
		return core.Refusal(http.StatusTooManyRequests, "rateLimitExceeded", "The object "+fast.Object+" exceeded the rate limit "+
			"for object mutation operations (create, update, and delete). Please reduce your request rate. "+
			"See https://cloud.google.com/storage/docs/gcs429.")
	}
	e, ok := errors.AsType[store.Error](err)
	if !ok {
		return core.Refusal(http.StatusInternalServerError, "internalError", err.Error())
	}
	switch e {
	case store.NoBucket:
		return core.Refusal(http.StatusNotFound, "notFound", "The specified bucket does not exist.")
	case store.NoObject:
		return core.Refusal(http.StatusNotFound, "notFound", "No such object: "+bucket+"/"+object)
	case store.BucketExists:
		return core.Refusal(http.StatusConflict, "conflict",
			"Your previous request to create the named bucket succeeded and you already own it.")
	case store.BucketNotEmpty:
		return core.Refusal(http.StatusConflict, "conflict", "The bucket you tried to delete is not empty.")
	case store.NoSoftDelete:
		return core.Refusal(http.StatusBadRequest, "invalid", "The bucket has no soft delete policy.")
	}
	return conditionNotMet()
}

// keptTime is how Cloud Storage writes times in the texts of refusals.
const keptTime = "2006-01-02T15:04:05.999999-07:00"

// keptRefusal is the refusal of a call that would delete or overwrite an object before its time. The reason of the JSON
// API for a hold is that of a missing permission.
func keptRefusal(k *store.Kept) *core.APIError {
	if k.Hold != "" {
		return core.Refusal(http.StatusForbidden, "forbidden", "Object '"+k.Object+"' is under active "+k.Hold+
			" hold and cannot be deleted, overwritten or archived until hold is removed.")
	}
	return core.Refusal(http.StatusForbidden, retentionNotMet, "Object '"+k.Object+"' is subject to bucket's retention "+
		"policy or object retention and cannot be deleted or overwritten until "+k.Until.Format(keptTime))
}

// retentionNotMet is the reason of refusals because of a retention.
const retentionNotMet = "retentionPolicyNotMet"

// The reasons for a missing key, of writes and of reads.
const (
	noEncryptionKey = "cloudKmsEncryptionKeyNotFound"
	noDecryptionKey = "cloudKmsDecryptionKeyNotFound"
)

// keyRefusal converts a refusal of Cloud KMS to the error of Cloud Storage. NotFound is the reason for a missing key,
// which differs between writing and reading. Source:
// https://docs.cloud.google.com/storage/docs/json_api/v1/status-codes.
func keyRefusal(err error, notFound string) error {
	e, ok := errors.AsType[*core.KeyError](err)
	if !ok {
		return err
	}
	switch e.Reason {
	case core.KeyDenied:
		return core.Refusal(http.StatusForbidden, "forbidden", "Permission denied on Cloud KMS key. Please ensure that "+
			"your Cloud Storage service account has been authorized to use this key.")
	case core.KeyNotEnabled:
		message := e.Message // reads have the text of Cloud KMS
		if notFound == noEncryptionKey {
			message = "Cloud KMS key is disabled, destroyed, or scheduled to be destroyed."
		}
		return core.Refusal(http.StatusBadRequest, "cloudKmsDisabledKey", message)
	case core.KeyNotFound:
		return core.Refusal(http.StatusBadRequest, notFound, "Cloud KMS key not found: "+e.Name)
	}
	return badKey(e.Name)
}

func badKey(name string) error {
	return core.Refusal(http.StatusBadRequest, "cloudKmsBadKey", "Bad Cloud KMS crypto key: "+name)
}

// keyElsewhere refuses a key that can't serve a bucket's location.
func keyElsewhere(key, bucket string) error {
	return core.Refusal(http.StatusBadRequest, "cloudKmsKeyLocationNotAllowed", "Cloud KMS region '"+key+
		"' not available for use with GCS region '"+strings.ReplaceAll(bucket, "-", "_")+"'.")
}

func writeError(w http.ResponseWriter, e *core.APIError, asXML bool) {
	if e.Status == http.StatusNotModified {
		w.WriteHeader(e.Status)
		return
	}
	if asXML {
		writeXMLError(w, e)
		return
	}
	core.WriteError(w, e)
}

func writeXMLError(w http.ResponseWriter, e *core.APIError) {
	type body struct {
		XMLName xml.Name `xml:"Error"`
		Code    string   `xml:"Code"`
		Message string   `xml:"Message"`
	}
	text, err := xml.Marshal(body{Code: xmlCode(e), Message: e.Message})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/xml; charset=UTF-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(xml.Header)+len(text)))
	w.WriteHeader(e.Status)
	_, _ = w.Write(append([]byte(xml.Header), text...)) // the client may have disconnected
}

// xmlCode returns the code of a refusal in the XML API. Source:
// https://docs.cloud.google.com/storage/docs/xml-api/reference-status.
func xmlCode(e *core.APIError) string {
	switch {
	case strings.HasPrefix(e.Reason, "cloudKms"):
		return "C" + e.Reason[1:]
	case e.Status == http.StatusNotFound && strings.Contains(e.Message, "bucket does not exist"):
		return "NoSuchBucket"
	case e.Status == http.StatusNotFound:
		return "NoSuchKey"
	case e.Status == http.StatusPreconditionFailed:
		return "PreconditionFailed"
	case e.Status == http.StatusForbidden:
		return "AccessDenied"
	case e.Status == http.StatusRequestedRangeNotSatisfiable:
		return "InvalidRange"
	case e.Status >= http.StatusInternalServerError:
		return "InternalError"
	}
	return "InvalidArgument"
}
