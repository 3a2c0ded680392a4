package spanner

import (
	"context"
	"fmt"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// operation is a long-running operation, which a client polls.
type operation struct {
	done *longrunningpb.Operation
	end  func() // called when the client has polled; may be nil
}

// begin records finished work and returns it as a running operation. The caller holds the lock.
func (s *store) begin(resource string, result, metadata proto.Message, end func()) (*longrunningpb.Operation, error) {
	response, err := anypb.New(result)
	if err != nil {
		return nil, err
	}
	meta, err := anypb.New(metadata)
	if err != nil {
		return nil, err
	}
	s.serial++
	name := fmt.Sprintf("%s/operations/op%d", resource, s.serial)
	s.operations[name] = &operation{end: end, done: &longrunningpb.Operation{
		Name: name, Metadata: meta, Done: true, Result: &longrunningpb.Operation_Response{Response: response}}}
	return &longrunningpb.Operation{Name: name, Metadata: meta}, nil
}

// GetOperation returns an operation as done.
func (s *operationService) GetOperation(
	_ context.Context, r *longrunningpb.GetOperationRequest,
) (*longrunningpb.Operation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	op := s.operations[r.GetName()]
	if op == nil {
		return nil, refuse.NotFound("Operation not found: %s", r.GetName())
	}
	if op.end != nil {
		op.end()
	}
	return op.done, nil
}
