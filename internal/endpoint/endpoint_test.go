package endpoint_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/endpoint"
)

func TestEmulatorVariablesFindsUnknownOnesToo(t *testing.T) {
	t.Setenv("STORAGE_EMULATOR_HOST", "127.0.0.1:1")
	t.Setenv("PUBSUB_EMULATOR_HOST", "127.0.0.1:2")
	t.Setenv("STORAGE_EMULATOR_HOST_GRPC", "127.0.0.1:3")
	t.Setenv("FUTURE_EMULATOR_HOST", "127.0.0.1:4")
	t.Setenv("EMPTY_EMULATOR_HOST", "")
	t.Setenv("UNRELATED", "127.0.0.1:5")
	want := []string{"FUTURE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST", "STORAGE_EMULATOR_HOST", "STORAGE_EMULATOR_HOST_GRPC"}
	if got := endpoint.EmulatorVariables(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDataflowHonoursItsVariable(t *testing.T) {
	var path, authorization string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, authorization = r.URL.Path, r.Header.Get("Authorization")
		w.Write([]byte(`{"id":"1"}`))
	}))
	defer srv.Close()
	t.Setenv(endpoint.DataflowVariable, strings.TrimPrefix(srv.URL, "http://"))
	svc, err := endpoint.Dataflow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := svc.Projects.Locations.Jobs.Get("bank-prod", "us-central1", "1").Do(); err != nil {
		t.Fatal(err)
	}
	if want := "/v1b3/projects/bank-prod/locations/us-central1/jobs/1"; path != want {
		t.Errorf("got path %q, want %q", path, want)
	}
	if authorization != "" {
		t.Error("got credentials sent to an emulator, want none")
	}
}

func TestOptionsWithoutHostLeaveClientsAtGoogle(t *testing.T) {
	if got := len(endpoint.HTTPOptions("")) + len(endpoint.GRPCOptions("")); got != 0 {
		t.Errorf("got %d options, want none", got)
	}
}
