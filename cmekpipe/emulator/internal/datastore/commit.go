package datastore

import (
	"context"

	"cloud.google.com/go/datastore/apiv1/datastorepb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// The limits of a commit. Source: https://docs.cloud.google.com/datastore/docs/concepts/limits.
const (
	maxMutations = 500
	maxRequest   = 10 << 20
)

// Commit applies mutations, all or none.
func (s *Data) Commit(ctx context.Context, r *datastorepb.CommitRequest) (*datastorepb.CommitResponse, error) {
	if n := len(r.GetMutations()); n > maxMutations {
		return nil, refuse.InvalidArgument("cannot write more than %d entities in a single call", maxMutations)
	}
	if proto.Size(r) > maxRequest {
		return nil, refuse.InvalidArgument("Request payload size exceeds the limit: %d bytes.", maxRequest)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.open(ctx, r)
	if err != nil {
		return nil, err
	}
	key, err := s.protect(ctx, d)
	if err != nil {
		return nil, err
	}
	c := &change{store: s.store, database: d, staged: map[string]*stored{}, named: map[string]bool{}}
	if err := c.begin(r); err != nil {
		return nil, err
	}
	answer := &datastorepb.CommitResponse{CommitTime: timestamppb.New(s.env.Now())}
	for _, m := range r.GetMutations() {
		result, err := c.mutate(m)
		if err != nil {
			return nil, err
		}
		answer.MutationResults = append(answer.MutationResults, result)
	}
	answer.IndexUpdates = int32(len(c.order))
	c.apply(key)
	return answer, nil
}

// change holds the effects of a commit before they are applied. A staged entity that is nil is deleted.
type change struct {
	*store
	database   *database
	staged     map[string]*stored
	order      []string
	named      map[string]bool // keys of a commit that may name each once
	repeatable bool
}

// begin ends the transaction of a commit, or refuses the commit if the transaction conflicts with another one.
func (c *change) begin(r *datastorepb.CommitRequest) error {
	switch r.GetMode() {
	case datastorepb.CommitRequest_NON_TRANSACTIONAL:
		if r.GetTransactionSelector() != nil {
			return refuse.InvalidArgument("A non-transactional commit has no transaction.")
		}
		return nil
	case datastorepb.CommitRequest_TRANSACTIONAL:
		c.repeatable = true
		if r.GetSingleUseTransaction() != nil {
			return nil
		}
		t, err := c.database.transaction(r.GetTransaction())
		if err != nil {
			return err
		}
		delete(c.database.transactions, string(r.GetTransaction()))
		return t.mayCommit(c.database, len(r.GetMutations()) > 0)
	}
	return refuse.InvalidArgument("A commit has a mode.")
}

func (c *change) mutate(m *datastorepb.Mutation) (*datastorepb.MutationResult, error) {
	if m.GetConflictDetectionStrategy() != nil || m.GetPropertyMask() != nil || len(m.GetPropertyTransforms()) > 0 {
		return nil, refuse.Unimplemented("Datastore", "conflict detection, property masks and transforms")
	}
	switch op := m.GetOperation().(type) {
	case *datastorepb.Mutation_Insert:
		return c.write(op.Insert, true, func(exists bool) codes.Code { return when(exists, codes.AlreadyExists) })
	case *datastorepb.Mutation_Update:
		return c.write(op.Update, false, func(exists bool) codes.Code { return when(!exists, codes.NotFound) })
	case *datastorepb.Mutation_Upsert:
		return c.write(op.Upsert, true, func(bool) codes.Code { return codes.OK })
	case *datastorepb.Mutation_Delete:
		return c.remove(op.Delete)
	}
	return nil, refuse.InvalidArgument("A mutation has an operation.")
}

func when(refused bool, code codes.Code) codes.Code {
	if refused {
		return code
	}
	return codes.OK
}

func (c *change) write(
	e *datastorepb.Entity, mayBeIncomplete bool, refuse func(exists bool) codes.Code,
) (*datastorepb.MutationResult, error) {
	if err := c.database.checkEntity(e, mayBeIncomplete); err != nil {
		return nil, err
	}
	e, result := proto.CloneOf(e), &datastorepb.MutationResult{}
	if last(e.GetKey()).GetIdType() == nil {
		c.complete(e.GetKey())
		result.Key = e.GetKey()
	}
	name, err := c.name(e.GetKey())
	if err != nil {
		return nil, err
	}
	if code := refuse(c.exists(name)); code != codes.OK {
		return nil, status.Errorf(code, "entity %v: %v", e.GetKey().GetPath(), code) // Google quotes keys too
	}
	c.database.version++
	result.Version = c.database.version
	c.stage(name, &stored{e, result.Version})
	return result, nil
}

func (c *change) remove(k *datastorepb.Key) (*datastorepb.MutationResult, error) {
	if err := c.database.checkKey(k, false); err != nil {
		return nil, err
	}
	name, err := c.name(k)
	if err != nil {
		return nil, err
	}
	c.database.version++
	c.stage(name, nil)
	return &datastorepb.MutationResult{Version: c.database.version}, nil
}

// name encodes the key of a mutation.
func (c *change) name(k *datastorepb.Key) (string, error) {
	name := encode(k)
	if c.named[name] && !c.repeatable {
		return "", refuse.InvalidArgument("A non-transactional commit may not contain multiple mutations affecting the same entity.")
	}
	c.named[name] = true
	return name, nil
}

// complete completes a key with an unused number.
func (c *change) complete(k *datastorepb.Key) {
	element := last(k)
	for {
		c.serial++
		element.IdType = &datastorepb.Key_PathElement_Id{Id: 5_000_000_000_000_000 + c.serial}
		if !c.exists(encode(k)) {
			return
		}
	}
}

func (c *change) exists(name string) bool {
	if e, staged := c.staged[name]; staged {
		return e != nil
	}
	return c.database.entities[name] != nil
}

func (c *change) stage(name string, e *stored) {
	if _, again := c.staged[name]; !again {
		c.order = append(c.order, name)
	}
	c.staged[name] = e
}

// apply stores the staged entities and records new ones in the ledger with the key version that encrypts them.
func (c *change) apply(key cmekpipe.KeyVersionName) {
	d, now := c.database, c.env.Now()
	for _, name := range c.order {
		e, old := c.staged[name], d.entities[name]
		switch {
		case e == nil && old == nil:
			continue
		case e == nil:
			delete(d.entities, name)
			c.env.Ledger.Delete("entity", d.resourceName(old.entity.GetKey()), 0, now)
		case old == nil:
			c.env.Ledger.Record(core.Entry{Time: now, Service: "datastore", Method: "datastore.commit", Kind: "entity",
				Name: d.resourceName(e.entity.GetKey()), Project: d.project, Size: int64(proto.Size(e.entity)), Key: key})
			fallthrough
		default:
			d.entities[name] = e
		}
		if (e == nil) != (old == nil) {
			clear(d.sorted)
		}
	}
}
