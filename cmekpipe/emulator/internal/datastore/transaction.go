package datastore

import (
	"context"
	"strconv"

	"cloud.google.com/go/datastore/apiv1/datastorepb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// transaction records the versions of the entities that were read in it; 0 means that the entity did not exist.
type transaction struct {
	readOnly bool
	read     map[string]int64
}

// BeginTransaction begins a transaction without locks: the first of several conflicting transactions to commit
// succeeds.
func (s *Data) BeginTransaction(
	ctx context.Context, r *datastorepb.BeginTransactionRequest,
) (*datastorepb.BeginTransactionResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.open(ctx, r)
	if err != nil {
		return nil, err
	}
	id, err := s.begin(d, r.GetTransactionOptions())
	return &datastorepb.BeginTransactionResponse{Transaction: id}, err
}

func (s *store) begin(d *database, options *datastorepb.TransactionOptions) (id []byte, err error) {
	if options.GetReadOnly().GetReadTime() != nil {
		return nil, refuse.Unimplemented("Datastore", "reads in the past")
	}
	s.serial++
	id = strconv.AppendInt([]byte("t"), s.serial, 10)
	d.transactions[string(id)] = &transaction{readOnly: options.GetReadOnly() != nil, read: map[string]int64{}}
	return id, nil
}

// Rollback ends a transaction without an effect.
func (s *Data) Rollback(ctx context.Context, r *datastorepb.RollbackRequest) (*datastorepb.RollbackResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.open(ctx, r)
	if err != nil {
		return nil, err
	}
	if _, err := d.transaction(r.GetTransaction()); err != nil {
		return nil, err
	}
	delete(d.transactions, string(r.GetTransaction()))
	return &datastorepb.RollbackResponse{}, nil
}

func (d *database) transaction(id []byte) (*transaction, error) {
	if t := d.transactions[string(id)]; t != nil {
		return t, nil
	}
	return nil, refuse.InvalidArgument("The referenced transaction has expired or is no longer valid.")
}

// mayCommit refuses the commit of a transaction that conflicts with an earlier commit.
func (t *transaction) mayCommit(d *database, writes bool) error {
	if !writes {
		return nil
	}
	if t.readOnly {
		return refuse.InvalidArgument("Cannot modify entities in a read-only transaction.")
	}
	for name, version := range t.read {
		if d.versionOf(name) != version {
			return contention()
		}
	}
	return nil
}

func (d *database) versionOf(name string) int64 {
	if e := d.entities[name]; e != nil {
		return e.version
	}
	return 0
}

// reader returns the transaction of a read, nil for none, and its id if the read begins it.
func (s *store) reader(d *database, o *datastorepb.ReadOptions) (t *transaction, begun []byte, err error) {
	switch kind := o.GetConsistencyType().(type) {
	case nil, *datastorepb.ReadOptions_ReadConsistency_:
		return nil, nil, nil
	case *datastorepb.ReadOptions_Transaction:
		t, err = d.transaction(kind.Transaction)
		return t, nil, err
	case *datastorepb.ReadOptions_NewTransaction:
		if begun, err = s.begin(d, kind.NewTransaction); err != nil {
			return nil, nil, err
		}
		return d.transactions[string(begun)], begun, nil
	}
	return nil, nil, refuse.Unimplemented("Datastore", "reads in the past")
}

// saw records what a transaction read, if there is one.
func (t *transaction) saw(d *database, name string) {
	if t == nil {
		return
	}
	if _, before := t.read[name]; !before {
		t.read[name] = d.versionOf(name)
	}
}
