package archtest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/archtest"
)

// The maximum of packages outside the standard library that a package may link, slightly above the number that it links
// today. They are all part of the worker's binary, which is staged and downloaded by every worker. Other packages have
// no limit.
var mostLinked = map[string]int{
	"cmekpipe/guard":               170,
	"cmekpipe/io/avroio":           523,
	"cmekpipe/io/bigqueryio":       575,
	"cmekpipe/io/bigtableio":       525,
	"cmekpipe/io/datastoreio":      345,
	"cmekpipe/io/fhirio":           528,
	"cmekpipe/io/fileio":           520,
	"cmekpipe/io/parquetio":        558,
	"cmekpipe/io/pubsubio":         350,
	"cmekpipe/io/spannerio":        535,
	"cmekpipe/io/textio":           522, // 503 of other modules
	"cmekpipe/io/xlang/bigqueryio": 410,
	"internal/gcperr":              60,
	"internal/retry":               60,
}

func TestWeight(t *testing.T) {
	linked := map[string]int{}
	for _, p := range packages(t) {
		for _, dep := range append(p.Deps, p.ImportPath) {
			if !standard(dep) {
				linked[p.Path()]++
			}
		}
	}
	for path, most := range mostLinked {
		switch got, ok := linked[path]; {
		case !ok:
			t.Errorf("%s: got no such package: update the list in this test", path)
		case got > most:
			t.Errorf("%s links %d packages outside the standard library, want at most %d: see go list -deps ./%s", path, got, most, path)
		}
	}
}

// clients are the packages that identify Google's clients, with the service of each.
var clients = map[string]string{
	"cloud.google.com/go/bigquery":                         "bigquery",
	"cloud.google.com/go/bigquery/storage/apiv1":           "bigquery",
	"cloud.google.com/go/bigtable":                         "bigtable",
	"cloud.google.com/go/bigtable/admin/apiv2":             "bigtable",
	"cloud.google.com/go/bigtable/apiv2/bigtablepb":        "bigtable",
	"cloud.google.com/go/datastore":                        "datastore",
	"cloud.google.com/go/kms/apiv1":                        "kms",
	"cloud.google.com/go/pubsub/v2/apiv1":                  "pubsub",
	"cloud.google.com/go/spanner":                          "spanner",
	"cloud.google.com/go/spanner/admin/database/apiv1":     "spanner",
	"cloud.google.com/go/storage":                          "storage",
	"google.golang.org/api/dataflow/v1b3":                  "dataflow",
	"google.golang.org/api/firestore/v1":                   "firestore",
	"google.golang.org/api/healthcare/v1":                  "healthcare",
	archtest.Module + "/internal/clients/bigqueryclient":   "bigquery",
	archtest.Module + "/internal/clients/bigtableclient":   "bigtable",
	archtest.Module + "/internal/clients/dataflowclient":   "dataflow",
	archtest.Module + "/internal/clients/datastoreclient":  "datastore",
	archtest.Module + "/internal/clients/firestoreclient":  "firestore",
	archtest.Module + "/internal/clients/healthcareclient": "healthcare",
	archtest.Module + "/internal/clients/kmsclient":        "kms",
	archtest.Module + "/internal/clients/pubsubclient":     "pubsub",
	archtest.Module + "/internal/clients/spannerclient":    "spanner",
	archtest.Module + "/internal/clients/storageclient":    "storage",
}

// allowedClients are the services whose clients each package links.
var allowedClients = map[string][]string{
	"cmekpipe":                     nil,
	"cmekpipe/explain":             nil,
	"cmekpipe/guard":               nil,
	"cmekpipe/location":            nil,
	"cmekpipe/plan":                {"dataflow"}, // a plan holds the request
	"cmekpipe/rule":                nil,
	"cmekpipe/rule/htmlreport":     nil,
	"cmekpipe/rule/sarif":          nil,
	"cmekpipe/io":                  nil,
	"cmekpipe/io/avroio":           {"storage"},
	"cmekpipe/io/bigqueryio":       {"bigquery", "storage"}, // loads files
	"cmekpipe/io/bigtableio":       {"bigtable", "kms"},
	"cmekpipe/io/datastoreio":      {"datastore", "firestore", "kms"},
	"cmekpipe/io/fhirio":           {"healthcare", "kms", "storage"}, // imports files
	"cmekpipe/io/fileio":           {"storage"},
	"cmekpipe/io/parquetio":        {"storage"},
	"cmekpipe/io/pubsubio":         {"kms", "pubsub"},
	"cmekpipe/io/spannerio":        {"kms", "spanner"},
	"cmekpipe/io/textio":           {"storage"},
	"cmekpipe/io/xlang/bigqueryio": {"bigquery"}, // checks the key of an existing table
	"internal/gcperr":              nil,
	"internal/retry":               nil,
}

// TestConnectorsLinkTheirOwnServiceOnly covers every package of cmekpipe/io, so that a new connector must be listed.
func TestConnectorsLinkTheirOwnServiceOnly(t *testing.T) {
	for _, p := range packages(t) {
		allowed, listed := allowedClients[p.Path()]
		if !listed {
			if strings.HasPrefix(p.Path(), "cmekpipe/io/") && !strings.Contains(p.Path(), "/internal") {
				t.Errorf("%s is not in the list of this test: say which services' clients it links", p.Path())
			}
			continue
		}
		var got []string
		for _, dep := range p.Deps {
			if service := clients[dep]; service != "" && !slices.Contains(got, service) {
				got = append(got, service)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, allowed) {
			t.Errorf("%s links the clients of %q, want %q", p.Path(), got, allowed)
		}
	}
}

// TestListedClientsAreLinked fails if a list above has a package that nothing links, because that entry checks nothing.
func TestListedClientsAreLinked(t *testing.T) {
	linked := map[string]bool{}
	for _, p := range packages(t) {
		for _, dep := range append(p.Deps, p.ImportPath) {
			linked[dep] = true
		}
	}
	for path := range clients {
		if !linked[path] {
			t.Errorf("%s: got a client that nothing links: update the list in this test", path)
		}
	}
}

// standard reports whether a package belongs to the standard library.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") || strings.HasPrefix(path, "vendor/")
}
