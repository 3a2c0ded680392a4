package storage

import (
	"math/rand/v2"
	"path"
	"strconv"
	"strings"

	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
)

// nameCall names a call for the faults: "bigquerystorage.AppendRows" and the table that it is about, as the ledger has it,
// or the name of a read stream.
func nameCall(fullMethod string, request any) (method, resource string) {
	name := ""
	switch r := request.(type) {
	case *storagepb.AppendRowsRequest:
		name = r.GetWriteStream()
	case *storagepb.FlushRowsRequest:
		name = r.GetWriteStream()
	case *storagepb.CreateReadSessionRequest:
		name = r.GetReadSession().GetTable()
	case *storagepb.ReadRowsRequest:
		name = r.GetReadStream()
	case interface{ GetParent() string }:
		name = r.GetParent()
	case interface{ GetName() string }:
		name = r.GetName()
	}
	if ref, _, err := parseName(name); err == nil {
		name = ref.String()
	}
	return "bigquerystorage." + path.Base(fullMethod), name
}

// methods lists the calls that the server serves.
func methods() []string {
	return []string{
		"bigquerystorage.CreateReadSession", "bigquerystorage.ReadRows", nextBatch, "bigquerystorage.SplitReadStream",
		"bigquerystorage.CreateWriteStream", "bigquerystorage.AppendRows", "bigquerystorage.GetWriteStream",
		"bigquerystorage.FinalizeWriteStream", "bigquerystorage.BatchCommitWriteStreams",
		"bigquerystorage.FlushRows",
	}
}

// defaultStream is the id of the stream that every table has.
const defaultStream = "_default"

// parseName splits projects/P/datasets/D/tables/T, or that and /streams/S.
func parseName(name string) (ref store.TableRef, id string, err error) {
	parts := strings.Split(name, "/")
	if len(parts) == 7 && parts[6] == defaultStream {
		parts = []string{parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], "streams", defaultStream}
	}
	if len(parts) == 8 && parts[6] == "streams" && parts[7] != "" {
		id, parts = parts[7], parts[:6]
	}
	if len(parts) != 6 || parts[0] != "projects" || parts[2] != "datasets" || parts[4] != "tables" || parts[1] == "" ||
		parts[3] == "" || parts[5] == "" {
		return ref, "", refuse(codes.InvalidArgument, "Invalid name %q, want projects/P/datasets/D/tables/T", name)
	}
	return store.TableRef{Project: parts[1], Dataset: parts[3], Table: parts[5]}, id, nil
}

// tableName returns projects/P/datasets/D/tables/T.
func tableName(ref store.TableRef) string {
	return "projects/" + ref.Project + "/datasets/" + ref.Dataset + "/tables/" + ref.Table
}

func randomID() string {
	return "C" + strconv.FormatUint(rand.Uint64(), 36) + strconv.FormatUint(rand.Uint64(), 36)
}
