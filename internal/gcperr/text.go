package gcperr

import (
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
)

// TextCode returns the code of the fault that a service's message describes: one of a key, which services quote from Cloud
// KMS, or one that only BigQuery words. It returns "" if the message describes neither.
func TextCode(message string) cmekpipe.Code {
	if fault, ok := explain.FindKeyFault(message); ok {
		return fault.Code
	}
	return bigQueryCode(message)
}

// bigQueryCode reads BigQuery's messages about faults other than a key's.
// Source: https://docs.cloud.google.com/bigquery/docs/customer-managed-encryption.
func bigQueryCode(message string) cmekpipe.Code {
	for _, known := range []struct {
		part string
		code cmekpipe.Code
	}{
		{"was not found in location", cmekpipe.LocationMismatch},
		{"cannot be set for scripts", cmekpipe.Unsupported},
		{"in jobs with DDL statements", cmekpipe.Unsupported},
		{"in jobs with DML statements", cmekpipe.Unsupported},
	} {
		if strings.Contains(message, known.part) {
			return known.code
		}
	}
	return ""
}
