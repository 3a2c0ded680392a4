package storage

import (
	"errors"
	"strings"

	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
)

func refuse(code codes.Code, format string, args ...any) error {
	return status.Errorf(code, format, args...)
}

// detail is a refusal with the code of a StorageError. Entity is the full name of the stream or table.
func detail(code codes.Code, reason storagepb.StorageError_StorageErrorCode, entity, message string) error {
	s, err := status.New(code, message+" Entity: "+entity).WithDetails(&storagepb.StorageError{
		Code: reason, Entity: entity, ErrorMessage: message,
	})
	if err != nil {
		return err
	}
	return s.Err()
}

// translate gives a refusal of the store the code that it has over gRPC.
func translate(err error, ref store.TableRef) error {
	e, ok := errors.AsType[*store.Error](err)
	if !ok {
		return err
	}
	table := tableName(ref)
	switch e.Reason {
	case store.NotFound:
		return detail(codes.NotFound, storagepb.StorageError_TABLE_NOT_FOUND, table, e.Message)
	case store.AccessDenied:
		return detail(codes.PermissionDenied, storagepb.StorageError_KMS_PERMISSION_DENIED, table, e.Message)
	case store.Invalid:
		if strings.HasPrefix(e.Message, "Cloud KMS Error") {
			return detail(codes.FailedPrecondition, storagepb.StorageError_CMEK_ENCRYPTION_ERROR, table, e.Message)
		}
		return status.Error(codes.InvalidArgument, e.Message)
	case store.InvalidQuery:
		return status.Error(codes.InvalidArgument, e.Message)
	case store.Unsupported:
		return status.Error(codes.Unimplemented, e.Message)
	}
	return status.Error(codes.Internal, e.Message)
}
