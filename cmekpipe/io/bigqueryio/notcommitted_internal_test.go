package bigqueryio

import (
	"strings"
	"testing"

	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Rows that an earlier attempt committed are visible, whatever the order of the answer's errors.
func TestAFailedCommitNeverDeniesRowsThatAreVisible(t *testing.T) {
	const (
		committed = storagepb.StorageError_STREAM_ALREADY_COMMITTED
		gone      = storagepb.StorageError_STREAM_NOT_FOUND
		invalid   = storagepb.StorageError_INVALID_STREAM_STATE
	)
	f := &commitFn{}
	for _, tt := range []struct {
		name   string
		faults []storagepb.StorageError_StorageErrorCode
		partly bool
		reason string
		denies bool
	}{
		{"committed, then gone", []storagepb.StorageError_StorageErrorCode{committed, gone}, false, gone.String(), false},
		{"gone, then committed", []storagepb.StorageError_StorageErrorCode{gone, committed}, false, gone.String(), false},
		{"committed, then invalid", []storagepb.StorageError_StorageErrorCode{committed, invalid}, false, invalid.String(), false},
		{"invalid, then gone", []storagepb.StorageError_StorageErrorCode{invalid, gone}, false, invalid.String(), false},
		{"invalid after an answer with committed streams", []storagepb.StorageError_StorageErrorCode{invalid}, true, invalid.String(), false},
		{"no error after an answer with committed streams", nil, true, "without a commit time", false},
		{"invalid", []storagepb.StorageError_StorageErrorCode{invalid}, false, invalid.String(), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var faults []*storagepb.StorageError
			for _, code := range tt.faults {
				faults = append(faults, &storagepb.StorageError{Code: code})
			}
			text := f.notCommitted(cmekpipe.BigQueryTable{}, faults, tt.partly).Error()
			if denies := strings.Contains(text, "no row of this run is visible"); denies != tt.denies || !strings.Contains(text, tt.reason) {
				t.Errorf("got %q, want reason %s and that no row is visible: %v", text, tt.reason, tt.denies)
			}
			if !tt.denies && !strings.Contains(text, "SELECT COUNT(*)") {
				t.Errorf("got %q, want the count of rows advised", text)
			}
		})
	}
}
