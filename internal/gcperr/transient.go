package gcperr

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"

	"google.golang.org/api/googleapi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Service is a service whose transient errors differ from those of others. The zero value is any other service.
type Service int

// The services. Their rules are in [Service.rule].
const (
	// AnyService is Dataflow, Spanner, Cloud KMS and every service without a constant of its own.
	AnyService Service = iota
	BigQuery
	Bigtable
	CloudStorage
	Datastore
	Healthcare
)

// Transient reports whether a failed call of [AnyService] may succeed if it is repeated.
func Transient(err error) bool { return AnyService.Transient(err) }

// Transient reports whether a failed call of the service may succeed if it is repeated. Whether the failed call took effect
// is open. A [*cmekpipe.Error] is never transient, whatever it wraps: this module has retried already, or has refused.
// The error of an attempt's own context is transient where the rule says so; callers check their own context first.
func (s Service) Transient(err error) bool {
	if _, own := errors.AsType[*cmekpipe.Error](err); own || err == nil {
		return false
	}
	switch code := Code(err); {
	case s == AnyService:
		return code == cmekpipe.Unavailable
	case code == cmekpipe.NoCredentials:
		return false
	}
	r := s.rule()
	if e, ok := errors.AsType[*googleapi.Error](err); ok {
		return r.matchesHTTP(e)
	}
	if st, ok := status.FromError(err); ok {
		return slices.Contains(r.codes, st.Code()) || st.Code() == codes.Internal && r.brokenStreams && brokenStream(st)
	}
	return r.unanswered(err)
}

// rule says which errors of a service are transient.
type rule struct {
	// codes are the gRPC codes.
	codes []codes.Code
	// brokenStreams adds the code Internal where its message says that an HTTP/2 stream broke.
	brokenStreams bool
	// statuses are ranges of HTTP statuses.
	statuses [][2]int
	// reasons are those of answers over HTTP that are transient whatever the status.
	reasons []string
	// unanswered reports whether an error without any status is transient: no service answered.
	unanswered func(error) bool
}

// rule returns the rule of a service other than [AnyService], for which an error is transient if its code is Unavailable.
func (s Service) rule() rule {
	lost := []codes.Code{codes.Unavailable, codes.ResourceExhausted, codes.Aborted, codes.DeadlineExceeded}
	switch s {
	case BigQuery:
		// Every call may be repeated: jobs and tables are named by the caller, and rows of a pending stream have offsets. A
		// second attempt may leave a stream without rows, which BigQuery drops, and where a way to write is documented as at
		// least once, it may write rows twice. Connections may hang: each attempt has a context of its own, whose end (also
		// as Canceled) is transient.
		// BigQuery answers some quota errors with status 403 and a reason.
		// Source: https://docs.cloud.google.com/bigquery/docs/error-messages.
		return rule{codes: append(lost, codes.Internal, codes.Unknown, codes.Canceled), statuses: [][2]int{{429, 429}, {500, 599}},
			reasons:    []string{"backendError", "internalError", "rateLimitExceeded", "jobRateLimitExceeded"},
			unanswered: func(error) bool { return true }}
	case Bigtable:
		// Bigtable's rows may be sent again only if that cannot write a cell twice, so that only errors are transient that
		// Google's own client retries: an unknown one is final. Source: the retries of cloud.google.com/go/bigtable, and
		// https://docs.cloud.google.com/bigtable/docs/status-codes.
		return rule{codes: lost, brokenStreams: true,
			unanswered: func(err error) bool { return errors.Is(err, context.DeadlineExceeded) }}
	case CloudStorage, Healthcare:
		// A bundle of FHIR may create resources, so that without an answer only a lost connection is transient, and not,
		// for example, credentials that cannot be fetched. Cloud Storage documents the same rule.
		// Source: https://docs.cloud.google.com/storage/docs/retry-strategy.
		return rule{statuses: [][2]int{{408, 408}, {429, 429}, {500, 599}},
			reasons: []string{"rateLimitExceeded", "userRateLimitExceeded"}, unanswered: lostConnection}
	case Datastore:
		// Datastore's commits store or delete the same entities when they are repeated. The Firestore Admin API answers
		// 501 to what it never does. Source: https://docs.cloud.google.com/datastore/docs/concepts/errors.
		return rule{codes: append(lost, codes.Internal), statuses: [][2]int{{429, 429}, {500, 500}, {502, 599}},
			unanswered: func(err error) bool { return !errors.Is(err, context.Canceled) }}
	}
	return rule{unanswered: func(error) bool { return false }}
}

func (r rule) matchesHTTP(e *googleapi.Error) bool {
	for _, item := range e.Errors {
		if slices.Contains(r.reasons, item.Reason) {
			return true
		}
	}
	return slices.ContainsFunc(r.statuses, func(between [2]int) bool { return between[0] <= e.Code && e.Code <= between[1] })
}

func brokenStream(s *status.Status) bool {
	return strings.Contains(s.Message(), "RST_STREAM") || strings.Contains(s.Message(), "unexpected EOF")
}

// lostConnection reports whether a call failed because its connection broke or could not be made. It accepts what the
// client of Cloud Storage accepts; package net/http has no types for some of these errors.
func lostConnection(err error) bool {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) {
		return true
	}
	if e, ok := errors.AsType[temporary](err); ok && e.Temporary() {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); !ok {
		return false
	}
	return errors.Is(err, io.EOF) || slices.ContainsFunc([]string{"connection refused", "connection reset", "broken pipe",
		"client connection lost", "server closed idle connection"},
		func(text string) bool { return strings.Contains(err.Error(), text) })
}

// temporary is implemented by errors of package net, such as time limits.
type temporary interface {
	error
	Temporary() bool
}
