package kms

import (
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/access"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

func invalid(format string, args ...any) error {
	return status.Errorf(codes.InvalidArgument, format, args...)
}

func notFound(format string, args ...any) error {
	return status.Errorf(codes.NotFound, format, args...)
}

func alreadyExists(kind, name string) error {
	return status.Errorf(codes.AlreadyExists, "%s %s already exists.", kind, name)
}

func precondition(format string, args ...any) error {
	return status.Errorf(codes.FailedPrecondition, format, args...)
}

// denial is the text for a missing permission.
func denial(permission, resource string) string {
	return status.Convert(access.Denied(permission, resource)).Message()
}

// refusal is the reason why a key can't be used, for clients of Cloud KMS and for the other services.
type refusal struct {
	code codes.Code
	*core.KeyError
}

func refuse(code codes.Code, reason core.KeyReason, name, message string) *refusal {
	return &refusal{code, &core.KeyError{Reason: reason, Name: name, Message: message}}
}

// refuseState is Google's answer for a version that is not enabled. The type KEY_DESTROYED is formed like the others;
// Google documents none for that state.
func refuseState(name, state string) *refusal {
	message := name + " is not enabled, current state is: " + state + "."
	r := refuse(codes.FailedPrecondition, core.KeyNotEnabled, name, message)
	r.State = state
	return r
}

// GRPCStatus makes a refusal a gRPC error with Google's details.
func (r *refusal) GRPCStatus() *status.Status {
	s := status.New(r.code, r.Message)
	if r.Reason != core.KeyNotEnabled {
		return s
	}
	violation := &errdetails.PreconditionFailure_Violation{
		Type: "KEY_" + r.State, Subject: r.Name, Description: r.Message,
	}
	detailed, err := s.WithDetails(protoadapt.MessageV1Of(&errdetails.PreconditionFailure{
		Violations: []*errdetails.PreconditionFailure_Violation{violation},
	}))
	if err != nil {
		return s
	}
	return detailed
}
