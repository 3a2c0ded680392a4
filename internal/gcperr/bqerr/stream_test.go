package bqerr_test

import (
	"errors"
	"testing"

	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr/bqerr"
)

func TestBigQueryStreamCode(t *testing.T) {
	want := map[storagepb.StorageError_StorageErrorCode]cmekpipe.Code{
		storagepb.StorageError_KMS_PERMISSION_DENIED: cmekpipe.KeyDenied,
		storagepb.StorageError_CMEK_ENCRYPTION_ERROR: cmekpipe.KeyUnusable,
		storagepb.StorageError_INVALID_CMEK_PROVIDED: cmekpipe.KeyUnusable,
		storagepb.StorageError_CMEK_NOT_PROVIDED:     cmekpipe.KeyMissing,
		storagepb.StorageError_TABLE_NOT_FOUND:       cmekpipe.NotFound,
		storagepb.StorageError_STREAM_NOT_FOUND:      cmekpipe.NotFound,
	}
	for number := range storagepb.StorageError_StorageErrorCode_name {
		code := storagepb.StorageError_StorageErrorCode(number)
		expected, known := want[code]
		if !known {
			expected = cmekpipe.PreconditionFailed
		}
		if got := bqerr.StreamCode(&storagepb.StorageError{Code: code}); got != expected {
			t.Errorf("%v: got %q, want %q", code, got, expected)
		}
	}
	if got := bqerr.StreamCode(nil); got != cmekpipe.PreconditionFailed {
		t.Errorf("no fault: got %q, want %q", got, cmekpipe.PreconditionFailed)
	}
}

func TestBigQueryStreamFinalized(t *testing.T) {
	detailed := func(code codes.Code, fault storagepb.StorageError_StorageErrorCode) error {
		s, err := status.New(code, "x").WithDetails(&storagepb.StorageError{Code: fault})
		if err != nil {
			t.Fatal(err)
		}
		return s.Err()
	}
	const finalized, offset = storagepb.StorageError_STREAM_FINALIZED, storagepb.StorageError_OFFSET_ALREADY_EXISTS
	for _, tt := range []struct {
		name string
		err  error
		want bool
	}{
		{"no error", nil, false},
		{"no code", errors.New("STREAM_FINALIZED"), false},
		{"malformed", detailed(codes.InvalidArgument, finalized), true},
		{"precondition", detailed(codes.FailedPrecondition, finalized), true},
		{"other code", detailed(codes.Unavailable, finalized), false},
		{"other fault", detailed(codes.InvalidArgument, offset), false},
		{"no fault", status.Error(codes.InvalidArgument, "STREAM_FINALIZED"), false},
	} {
		if got := bqerr.StreamFinalized(tt.err); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}
