package healthcare

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// result is the result of a long-running method.
type result struct {
	success, failure int64
	response         any
	err              error
}

// operation is a long-running method. Its work is done before the first answer, but clients learn so at its end only.
type operation struct {
	result
	name, method, store string
	began, ends         time.Time
}

// LimitOperations makes operations on FHIR stores from now on last for some time by the cloud's clock, and refuses those
// that would be more than a number at once on one store, as a conflict. Without it operations end at once.
func (s *Server) LimitOperations(most int, lasting time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mostOperations, s.lasting = most, lasting
}

// checkConflict refuses an operation on a store with as many running ones as there may be.
func (s *Server) checkConflict(c *call) error {
	running := ""
	n := 0
	for _, o := range s.operations {
		if o.store == c.storeName() && c.now.Before(o.ends) {
			n++
			running = max(running, o.name)
		}
	}
	if n == 0 || n < s.mostOperations {
		return nil
	}
	return &core.APIError{Status: http.StatusConflict, Reason: "aborted", Code: "ABORTED",
		Message: "FHIR store " + c.storeName() + " is in use by operation " + running}
}

// begin records a result as an operation and answers that it is running.
func (s *Server) begin(c *call, r result) *answer {
	s.lastID++
	o := &operation{r, c.datasetName() + "/operations/" + strconv.Itoa(s.lastID), c.method, c.storeName(), c.now, c.now.Add(s.lasting)}
	s.operations[o.name] = o
	return &answer{body: o.resource(false)}
}

func (s *Server) getOperation(c *call) (*answer, error) {
	o, err := s.findOperation(c)
	if err != nil {
		return nil, err
	}
	return &answer{body: o.resource(!c.now.Before(o.ends))}, nil
}

// cancelOperation does nothing: the work is done already, which is no error.
func (s *Server) cancelOperation(c *call) (*answer, error) {
	if c.verb != "cancel" {
		return nil, core.NotImplemented("The loopback Healthcare API has no method healthcare.operations." + c.verb)
	}
	if _, err := s.findOperation(c); err != nil {
		return nil, err
	}
	return &answer{body: struct{}{}}, nil
}

func (s *Server) findOperation(c *call) (*operation, error) {
	name := c.datasetName() + "/operations/" + c.operation
	if o := s.operations[name]; o != nil {
		return o, nil
	}
	return nil, core.NotFound("operation " + name + " is not there")
}

func (o *operation) resource(done bool) map[string]any {
	metadata := map[string]any{
		"@type":         "type.googleapis.com/google.cloud.healthcare.v1.OperationMetadata",
		"apiMethodName": o.method, "createTime": timestamp(o.began),
	}
	out := map[string]any{"name": o.name, "metadata": metadata}
	if !done {
		return out
	}
	out["done"] = true
	metadata["endTime"] = timestamp(o.ends)
	metadata["counter"] = map[string]string{
		"success": strconv.FormatInt(o.success, 10), "failure": strconv.FormatInt(o.failure, 10),
	}
	switch {
	case o.err != nil:
		out["error"] = map[string]any{"code": rpcCode(o.err), "message": o.err.Error()}
	case o.response != nil:
		out["response"] = o.response
	default:
		out["response"] = struct{}{}
	}
	return out
}

// rpcCode returns the code of google.rpc.Status for a refusal.
func rpcCode(err error) codes.Code {
	code := codes.Internal
	if e, ok := errors.AsType[*core.APIError](err); ok {
		_ = code.UnmarshalJSON([]byte(`"` + e.Code + `"`)) // all constructors use known codes
	}
	return code
}
