package spanner

import (
	"context"
	"fmt"

	"cloud.google.com/go/spanner/apiv1/spannerpb"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// session is a client's session with its open transactions.
type session struct {
	*spannerpb.Session

	database     *database
	transactions map[string]*transaction
}

// transaction is an open transaction.
type transaction struct {
	writes bool
	seen   map[string]*table // the snapshot of a read-only transaction; nil for one that writes
}

// CreateSession creates a session of a database, which needs the database's key as every call with data does.
func (s *dataService) CreateSession(
	ctx context.Context, r *spannerpb.CreateSessionRequest,
) (*spannerpb.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newSession(ctx, r.GetDatabase(), r.GetSession())
}

// BatchCreateSessions creates several sessions.
func (s *dataService) BatchCreateSessions(
	ctx context.Context, r *spannerpb.BatchCreateSessionsRequest,
) (*spannerpb.BatchCreateSessionsResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer := &spannerpb.BatchCreateSessionsResponse{}
	for range r.GetSessionCount() {
		made, err := s.newSession(ctx, r.GetDatabase(), r.GetSessionTemplate())
		if err != nil {
			return nil, err
		}
		answer.Session = append(answer.Session, made)
	}
	return answer, nil
}

func (s *store) newSession(ctx context.Context, name string, like *spannerpb.Session) (*spannerpb.Session, error) {
	d, err := s.database(name)
	if err != nil {
		return nil, err
	}
	if err := s.usable(ctx, d); err != nil {
		return nil, err
	}
	s.serial++
	now := timestamppb.New(s.env.Now())
	made := &spannerpb.Session{Name: fmt.Sprintf("%s/sessions/s%d", name, s.serial), CreateTime: now,
		ApproximateLastUseTime: now, Labels: like.GetLabels(), Multiplexed: like.GetMultiplexed()}
	s.sessions[made.Name] = &session{made, d, map[string]*transaction{}}
	return made, nil
}

// GetSession returns a session.
func (s *dataService) GetSession(ctx context.Context, r *spannerpb.GetSessionRequest) (*spannerpb.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	open, err := s.open(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	return open.Session, nil
}

// DeleteSession ends a session and its transactions.
func (s *dataService) DeleteSession(_ context.Context, r *spannerpb.DeleteSessionRequest) (*emptypb.Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, r.GetName())
	return &emptypb.Empty{}, nil
}

// open returns a session whose database exists and whose keys can be used; the caller holds the lock.
func (s *store) open(ctx context.Context, name string) (*session, error) {
	open := s.sessions[name]
	if open == nil {
		return nil, refuse.NotFound("Session not found: %s", name)
	}
	if s.databases[open.database.name] != open.database {
		return nil, refuse.NotFound("Database not found: %s", open.database.name)
	}
	return open, s.usable(ctx, open.database)
}

// BeginTransaction begins a read-only or a read-write transaction.
func (s *dataService) BeginTransaction(
	ctx context.Context, r *spannerpb.BeginTransactionRequest,
) (*spannerpb.Transaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	open, err := s.open(ctx, r.GetSession())
	if err != nil {
		return nil, err
	}
	return s.begins(open, r.GetOptions())
}

func (s *store) begins(open *session, options *spannerpb.TransactionOptions) (*spannerpb.Transaction, error) {
	s.serial++
	id := fmt.Sprintf("t%d", s.serial)
	begun := &spannerpb.Transaction{Id: []byte(id)}
	switch options.GetMode().(type) {
	case *spannerpb.TransactionOptions_ReadOnly_:
		open.transactions[id] = &transaction{seen: open.database.snapshot()}
		begun.ReadTimestamp = s.readTimestamp(options)
	case *spannerpb.TransactionOptions_ReadWrite_:
		open.transactions[id] = &transaction{writes: true}
	default:
		return nil, refuse.Unimplemented("Spanner", "partitioned DML: transactions are read-only or read-write")
	}
	return begun, nil
}

// readTimestamp returns the time that a read-only transaction sees, if its caller asks for it.
func (s *store) readTimestamp(options *spannerpb.TransactionOptions) *timestamppb.Timestamp {
	if !options.GetReadOnly().GetReturnReadTimestamp() {
		return nil
	}
	return timestamppb.New(s.env.Now())
}

// Rollback ends a transaction without effect.
func (s *dataService) Rollback(ctx context.Context, r *spannerpb.RollbackRequest) (*emptypb.Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	open, err := s.open(ctx, r.GetSession())
	if err != nil {
		return nil, err
	}
	delete(open.transactions, string(r.GetTransactionId()))
	return &emptypb.Empty{}, nil
}

// view returns the tables for a read, and the transaction if the read begins one.
func (s *store) view(
	open *session, selector *spannerpb.TransactionSelector,
) (tables map[string]*table, begun *spannerpb.Transaction, err error) {
	id := selector.GetId()
	if options := selector.GetBegin(); options != nil {
		if begun, err = s.begins(open, options); err != nil {
			return nil, nil, err
		}
		id = begun.GetId()
	}
	if id == nil {
		if at := s.readTimestamp(selector.GetSingleUse()); at != nil {
			begun = &spannerpb.Transaction{ReadTimestamp: at}
		}
		return open.database.tables, begun, nil
	}
	tx := open.transactions[string(id)]
	if tx == nil {
		return nil, nil, refuse.NotFound("Transaction not found")
	}
	if tx.writes {
		return open.database.tables, begun, nil
	}
	return tx.seen, begun, nil
}
