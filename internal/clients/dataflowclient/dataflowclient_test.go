package dataflowclient_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/dataflowclient"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
)

func TestNewReadsTheEmulatorVariable(t *testing.T) {
	var path, authorization string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, authorization = r.URL.Path, r.Header.Get("Authorization")
		w.Write([]byte(`{"id":"1"}`))
	}))
	defer srv.Close()
	t.Setenv(shared.DataflowHost, strings.TrimPrefix(srv.URL, "http://"))
	svc, err := dataflowclient.New(t.Context())
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
