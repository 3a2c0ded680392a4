package bigtableio

import (
	beambigtableio "github.com/apache/beam/sdks/v2/go/pkg/beam/io/bigtableio"
)

// Mutation is Beam's type for the operations on a row: its key, of 1 byte to 4 KiB, and at least one operation. Its GroupKey
// has no meaning here, because nothing is grouped.
type Mutation = beambigtableio.Mutation

// Operation is Beam's type for one cell of a [Mutation]: a family of the table, a column of at most 16 KiB, a value of at
// most 100 MB, and a timestamp, which is truncated to milliseconds. With bigtable.ServerTime the server chooses the
// timestamp; see Defaults in the package documentation for the consequence.
type Operation = beambigtableio.Operation

// NewMutation returns a mutation of a row without operations. Add them with its method Set.
func NewMutation(rowKey string) *Mutation { return beambigtableio.NewMutation(rowKey) }
