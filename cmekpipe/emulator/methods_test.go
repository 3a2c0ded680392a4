package emulator_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// endpoints are the services that have an endpoint.
func endpoints() []emulator.Service {
	return []emulator.Service{
		emulator.KMS, emulator.Storage, emulator.Dataflow, emulator.BigQuery, emulator.BigQueryStorage, emulator.PubSub,
		emulator.Spanner, emulator.Bigtable, emulator.Datastore, emulator.FirestoreAdmin, emulator.Healthcare,
		emulator.ResourceManager, emulator.IAM, emulator.PolicyTroubleshooter, emulator.ServiceUsage,
		emulator.OrganizationPolicy, emulator.Compute,
	}
}

// constants returns the values of the constants of a type in a file of this package.
func constants(t *testing.T, file, typ string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); !ok || name.Name != typ {
			t.Errorf("%s: got a constant of another type than %s", spec.Names[0], typ)
			return false
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, value)
		return false
	})
	return values
}

func TestConstantsAreTheMethodsThatServicesServe(t *testing.T) {
	t.Parallel()
	cloud := start(t)
	var served []string
	for _, s := range endpoints() {
		methods := cloud.Methods(s)
		if len(methods) == 0 {
			t.Errorf("%s: got no methods", s)
		}
		for _, m := range methods {
			served = append(served, string(m))
		}
	}
	named := constants(t, "methods.go", "Method")
	slices.Sort(named)
	slices.Sort(served)
	if diff := cmp.Diff(served, named); diff != "" {
		t.Errorf("constants of methods.go (-served +named):\n%s", diff)
	}
	if got := cloud.Methods("nothing"); got != nil {
		t.Errorf("Methods(nothing): got %q, want none", got)
	}
}

// grpcServices lists the gRPC services of each endpoint, whose methods Google's packages register.
func grpcServices() map[emulator.Service][]protoreflect.FullName {
	return map[emulator.Service][]protoreflect.FullName{
		emulator.KMS:             {"google.cloud.kms.v1.KeyManagementService", "google.iam.v1.IAMPolicy"},
		emulator.BigQueryStorage: {"google.cloud.bigquery.storage.v1.BigQueryRead", "google.cloud.bigquery.storage.v1.BigQueryWrite"},
		emulator.PubSub:          {"google.pubsub.v1.Publisher", "google.pubsub.v1.Subscriber", "google.pubsub.v1.SchemaService"},
		emulator.Spanner: {"google.spanner.v1.Spanner", "google.spanner.admin.database.v1.DatabaseAdmin",
			"google.spanner.admin.instance.v1.InstanceAdmin"},
		emulator.Bigtable: {"google.bigtable.v2.Bigtable", "google.bigtable.admin.v2.BigtableTableAdmin",
			"google.bigtable.admin.v2.BigtableInstanceAdmin"},
		emulator.Datastore: {"google.datastore.v1.Datastore"},
	}
}

// A call that isn't served must not look like the absence of a resource.
func TestUnservedRESTCallsSaySo(t *testing.T) {
	t.Parallel()
	cloud := start(t)
	for s, path := range map[emulator.Service]string{
		emulator.Storage: "/storage/v1/b/b/acl", emulator.Dataflow: "/v1b3/projects/p/locations/l/sql", emulator.BigQuery: "/bigquery/v2/projects/p/datasets/d/routines",
		emulator.FirestoreAdmin: "/v1/projects/p/databases/d/backupSchedules", emulator.Healthcare: "/v1/projects/p/locations/l/datasets/d/dicomStores",
		emulator.ResourceManager: "/v3/tagKeys", emulator.IAM: "/v1/projects/p/serviceAccounts/s/keys", emulator.PolicyTroubleshooter: "/v1/iam:troubleshoot", emulator.ServiceUsage: "/v1/operations", emulator.OrganizationPolicy: "/v2/organizations/1/customConstraints", emulator.Compute: "/compute/v1/projects/p/zones/z/disks/d/resize",
	} {
		response, err := http.Get("http://" + cloud.Endpoint(s) + path)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusNotImplemented || !strings.Contains(string(text), "The loopback ") ||
			!strings.Contains(string(text), "has no method ") {
			t.Errorf("%s: got %s %s, %v, want status 501 and the call", s, response.Status, text, err)
		}
	}
}

// Served methods must be implemented. All others must be refused before the request reaches a server without such a
// method.
func TestEveryServedMethodIsImplemented(t *testing.T) {
	t.Parallel()
	cloud := start(t)
	for s, names := range grpcServices() {
		conn, err := grpc.NewClient(cloud.Endpoint(s), grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		refused := 0
		for _, name := range names {
			d, err := protoregistry.GlobalFiles.FindDescriptorByName(name)
			if err != nil {
				t.Fatal(err)
			}
			methods := d.(protoreflect.ServiceDescriptor).Methods()
			for i := range methods.Len() {
				m := methods.Get(i)
				if m.IsStreamingClient() {
					continue // it would wait for more messages
				}
				full := "/" + string(name) + "/" + string(m.Name())
				err := conn.Invoke(t.Context(), full, &emptypb.Empty{}, &emptypb.Empty{})
				switch {
				case status.Code(err) != codes.Unimplemented:
				case strings.Contains(err.Error(), "the loopback ") || strings.Contains(err.Error(), "unknown service"):
					refused++
				default:
					t.Errorf("%s is served: got %v, want it implemented", full, err)
				}
			}
		}
		if refused == 0 && s != emulator.Datastore && s != emulator.BigQueryStorage {
			t.Errorf("%s: got no method refused, want those that are not served", s)
		}
	}
}
