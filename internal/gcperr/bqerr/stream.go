package bqerr

import (
	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// StreamCode returns the code of a write stream's error.
// Source: https://docs.cloud.google.com/bigquery/docs/reference/storage/rpc/google.cloud.bigquery.storage.v1#storageerror.
func StreamCode(e *storagepb.StorageError) cmekpipe.Code {
	switch e.GetCode() {
	case storagepb.StorageError_KMS_PERMISSION_DENIED:
		return cmekpipe.KeyDenied
	case storagepb.StorageError_CMEK_ENCRYPTION_ERROR, storagepb.StorageError_INVALID_CMEK_PROVIDED:
		return cmekpipe.KeyUnusable
	case storagepb.StorageError_CMEK_NOT_PROVIDED:
		return cmekpipe.KeyMissing
	case storagepb.StorageError_TABLE_NOT_FOUND, storagepb.StorageError_STREAM_NOT_FOUND:
		return cmekpipe.NotFound
	}
	return cmekpipe.PreconditionFailed
}

// StreamFinalized reports whether a call failed because its write stream was finalized and accepts no more rows.
func StreamFinalized(err error) bool {
	s, ok := status.FromError(err)
	if !ok || s.Code() != codes.InvalidArgument && s.Code() != codes.FailedPrecondition {
		return false
	}
	for _, detail := range s.Details() {
		if e, ok := detail.(*storagepb.StorageError); ok {
			return e.GetCode() == storagepb.StorageError_STREAM_FINALIZED
		}
	}
	return false
}
