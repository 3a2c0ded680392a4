package bigtable

import (
	"cloud.google.com/go/bigtable/apiv2/bigtablepb"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// Google's limits. Source: https://docs.cloud.google.com/bigtable/quotas#limits.
const (
	maxRowKey    = 4 << 10
	maxColumn    = 16 << 10
	maxValue     = 100 << 20
	maxMutations = 100_000
)

// checkEntries refuses a whole request.
func checkEntries(entries []*bigtablepb.MutateRowsRequest_Entry) error {
	mutations := 0
	for _, e := range entries {
		if err := checkRow(e.GetRowKey(), e.GetMutations()); err != nil {
			return err
		}
		mutations += len(e.GetMutations())
	}
	switch {
	case len(entries) == 0:
		return refuse.InvalidArgument("No mutations provided")
	case mutations > maxMutations:
		return refuse.InvalidArgument("Too many mutations: %d, limit: %d", mutations, maxMutations)
	}
	return nil
}

// checkRow refuses an invalid row. The errors quote row keys because Google's do.
func checkRow(key []byte, mutations []*bigtablepb.Mutation) error {
	switch {
	case len(key) == 0:
		return refuse.InvalidArgument("Row keys must be non-empty")
	case len(key) > maxRowKey:
		return refuse.InvalidArgument("Row key too large: %q", key)
	case len(mutations) == 0:
		return refuse.InvalidArgument("No mutations provided for row %q", key)
	case len(mutations) > maxMutations:
		return refuse.InvalidArgument("Too many mutations for row %q", key)
	}
	for _, m := range mutations {
		set := m.GetSetCell()
		switch {
		case set == nil:
			continue
		case len(set.GetColumnQualifier()) > maxColumn:
			return refuse.InvalidArgument("Column qualifier too large in row %q", key)
		case len(set.GetValue()) > maxValue:
			return refuse.InvalidArgument("Cell value too large in row %q", key)
		case set.GetTimestampMicros() < -1 || set.GetTimestampMicros() >= 0 && set.GetTimestampMicros()%1000 != 0:
			return refuse.InvalidArgument("Timestamp granularity mismatch in row %q", key)
		}
	}
	return nil
}

// unknownFamily returns the answer to a row with a family that the table doesn't have; nil if it has all.
func (t *table) unknownFamily(mutations []*bigtablepb.Mutation) *status.Status {
	for _, m := range mutations {
		if family, ok := familyOf(m); ok && !t.families[family] {
			return &status.Status{Code: int32(codes.NotFound), Message: "Requested column family not found: " + family}
		}
	}
	return nil
}

func familyOf(m *bigtablepb.Mutation) (name string, ok bool) {
	switch m := m.GetMutation().(type) {
	case *bigtablepb.Mutation_SetCell_:
		return m.SetCell.GetFamilyName(), true
	case *bigtablepb.Mutation_DeleteFromColumn_:
		return m.DeleteFromColumn.GetFamilyName(), true
	case *bigtablepb.Mutation_DeleteFromFamily_:
		return m.DeleteFromFamily.GetFamilyName(), true
	}
	return "", false
}

// sizeOf returns the size in bytes of a row's keys and cells.
func sizeOf(key []byte, mutations []*bigtablepb.Mutation) int64 {
	size := len(key)
	for _, m := range mutations {
		size += len(m.GetSetCell().GetColumnQualifier()) + len(m.GetSetCell().GetValue())
	}
	return int64(size)
}
