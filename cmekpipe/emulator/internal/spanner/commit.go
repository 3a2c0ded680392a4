package spanner

import (
	"context"
	"maps"
	"slices"
	"time"

	"cloud.google.com/go/spanner/apiv1/spannerpb"
	"cloud.google.com/go/spanner/spansql"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// The limits of a commit. Source: https://docs.cloud.google.com/spanner/quotas#limits-for.
const (
	maxMutations   = 80_000
	maxCommitBytes = 100 << 20
)

// Commit applies mutations, all or none.
func (s *dataService) Commit(ctx context.Context, r *spannerpb.CommitRequest) (*spannerpb.CommitResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	open, err := s.open(ctx, r.GetSession())
	if err != nil {
		return nil, err
	}
	if err := open.mayCommit(r); err != nil {
		return nil, err
	}
	now := s.commitTime()
	c := &change{database: open.database, staged: map[*table]map[string]row{}, now: now.Format(time.RFC3339Nano)}
	for _, m := range r.GetMutations() {
		if err := c.mutate(m); err != nil {
			return nil, err
		}
	}
	if c.cells > maxMutations {
		return nil, refuse.InvalidArgument("The transaction contains too many mutations. Insert and update operations count with the "+
			"multiplicity of the number of columns they affect. This transaction has %d, the limit is %d.", c.cells, maxMutations)
	}
	if size := proto.Size(r); size > maxCommitBytes {
		return nil, refuse.InvalidArgument("The transaction exceeds the commit size limit of %d bytes: %d", maxCommitBytes, size)
	}
	c.apply()
	delete(open.transactions, string(r.GetTransactionId()))
	return &spannerpb.CommitResponse{CommitTimestamp: timestamppb.New(now)}, nil
}

// commitTime returns a time later than that of every earlier commit.
func (s *store) commitTime() time.Time {
	s.lastCommit = latest(s.env.Now().UTC(), s.lastCommit.Add(time.Microsecond))
	return s.lastCommit
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// mayCommit refuses a commit without a read-write transaction.
func (open *session) mayCommit(r *spannerpb.CommitRequest) error {
	if options := r.GetSingleUseTransaction(); options != nil {
		if options.GetReadWrite() == nil {
			return refuse.InvalidArgument("Invalid Commit request: got a single-use transaction that is not read-write")
		}
		return nil
	}
	tx := open.transactions[string(r.GetTransactionId())]
	if tx == nil {
		return refuse.NotFound("Transaction not found")
	}
	if !tx.writes {
		return refuse.FailedPrecondition("Cannot commit a read-only transaction.")
	}
	return nil
}

// change holds the effects of a commit before they are applied. A staged row that is nil is deleted.
type change struct {
	database *database
	staged   map[*table]map[string]row
	now      string
	cells    int
}

func (c *change) mutate(m *spannerpb.Mutation) error {
	switch op := m.GetOperation().(type) {
	case *spannerpb.Mutation_Insert:
		return c.write(op.Insert, func(old row) codes.Code { return when(old != nil, codes.AlreadyExists) }, false)
	case *spannerpb.Mutation_Update:
		return c.write(op.Update, func(old row) codes.Code { return when(old == nil, codes.NotFound) }, false)
	case *spannerpb.Mutation_InsertOrUpdate:
		return c.write(op.InsertOrUpdate, func(row) codes.Code { return codes.OK }, false)
	case *spannerpb.Mutation_Replace:
		return c.write(op.Replace, func(row) codes.Code { return codes.OK }, true)
	case *spannerpb.Mutation_Delete_:
		return c.remove(op.Delete)
	}
	return refuse.Unimplemented("Spanner", "queues")
}

func when(refused bool, code codes.Code) codes.Code {
	if refused {
		return code
	}
	return codes.OK
}

func (c *change) write(w *spannerpb.Mutation_Write, conflict func(old row) codes.Code, fresh bool) error {
	t, err := c.database.table(w.GetTable())
	if err != nil {
		return err
	}
	places, err := t.places(w.GetColumns())
	if err != nil {
		return err
	}
	for _, part := range t.key {
		if !slices.Contains(places, part.column) {
			return refuse.FailedPrecondition("%s must not be NULL in table %s.", t.columns[part.column].Name, t.name)
		}
	}
	for _, values := range w.GetValues() {
		if len(values.GetValues()) != len(places) {
			return refuse.InvalidArgument("Mutation has mismatched number of columns and values.")
		}
		if err := c.writeRow(t, places, values.GetValues(), conflict, fresh); err != nil {
			return err
		}
		c.cells += len(places) + t.indexed
	}
	return nil
}

// checkFuture refuses a time after the commit in a column for times of commits.
func (c *change) checkFuture(t *table, column spansql.ColumnDef, v *structpb.Value) error {
	at, err := time.Parse(time.RFC3339Nano, v.GetStringValue())
	now, errNow := time.Parse(time.RFC3339Nano, c.now)
	if !allowsCommitTimestamp(column) || err != nil || errNow != nil || !at.After(now) {
		return nil
	}
	return refuse.FailedPrecondition("Cannot write timestamps in the future %s to column %s of table %s.", v.GetStringValue(),
		column.Name, t.name)
}

func (c *change) writeRow(t *table, places []int, values []*structpb.Value, conflict func(row) codes.Code, fresh bool) error {
	given := make(row, len(t.columns))
	for i, place := range places {
		given[place] = values[i]
		if isPlaceholder(t.columns[place], values[i]) {
			given[place] = structpb.NewStringValue(c.now)
		} else if err := c.checkFuture(t, t.columns[place], values[i]); err != nil {
			return err
		}
	}
	key, err := t.encodeKey(t.keyOf(given))
	if err != nil {
		return err
	}
	old := c.row(t, key)
	if code := conflict(old); code != codes.OK {
		return status.Errorf(code, "Row %v in table %s: %v", plain(t.keyOf(given)), t.name, code)
	}
	whole := slices.Clone(given)
	if old != nil && !fresh {
		whole = slices.Clone(old)
		for _, place := range places {
			whole[place] = given[place]
		}
	}
	for place := range t.columns {
		if err := t.check(place, whole[place]); err != nil {
			return err
		}
	}
	if err := c.checkParent(t, whole); err != nil {
		return err
	}
	c.stage(t, key, whole)
	return nil
}

func (c *change) checkParent(t *table, r row) error {
	if t.parent == "" {
		return nil
	}
	parent, err := c.database.table(t.parent)
	if err != nil {
		return err
	}
	key := t.keyOf(r)
	encoded, err := parent.encodeKey(key[:len(parent.key)])
	if err == nil && c.row(parent, encoded) == nil {
		return refuse.NotFound("Parent row for row %v in table %s is missing. Row cannot be written.", plain(key), t.name)
	}
	return err
}

// keyOf returns the values of a row's key.
func (t *table) keyOf(r row) []*structpb.Value {
	key := make([]*structpb.Value, len(t.key))
	for i, part := range t.key {
		key[i] = r[part.column]
	}
	return key
}

// plain formats values as Google quotes them in its errors.
func plain(values []*structpb.Value) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v.AsInterface()
	}
	return out
}

func (c *change) remove(d *spannerpb.Mutation_Delete) error {
	t, err := c.database.table(d.GetTable())
	if err != nil {
		return err
	}
	if len(d.GetKeySet().GetRanges()) > 0 {
		return refuse.Unimplemented("Spanner", "deletion of ranges")
	}
	if d.GetKeySet().GetAll() {
		for key := range t.rows {
			c.stage(t, key, nil)
		}
	}
	for _, values := range d.GetKeySet().GetKeys() {
		key, err := t.wholeKey(values)
		if err != nil {
			return err
		}
		c.stage(t, key, nil)
		c.cells++
	}
	return nil
}

// wholeKey encodes a complete key.
func (t *table) wholeKey(values *structpb.ListValue) (string, error) {
	if len(values.GetValues()) != len(t.key) {
		return "", refuse.InvalidArgument("Wrong number of key parts for table %s. Expected: %d. Got: %d.", t.name, len(t.key), len(values.GetValues()))
	}
	return t.encodeKey(values.GetValues())
}

func (c *change) row(t *table, key string) row {
	if r, staged := c.staged[t][key]; staged {
		return r
	}
	return t.rows[key]
}

func (c *change) stage(t *table, key string, r row) {
	if c.staged[t] == nil {
		c.staged[t] = map[string]row{}
	}
	c.staged[t][key] = r
}

func (c *change) apply() {
	for t, rows := range c.staged {
		maps.Copy(t.rows, rows)
		maps.DeleteFunc(t.rows, func(_ string, r row) bool { return r == nil })
	}
}
