package launch_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"testing"
)

// intercept stands between the launch and a service of the cloud. The handler that it is given serves the request there;
// a test may do something before, after or instead.
func intercept(t testing.TB, variable string, serve func(w http.ResponseWriter, r *http.Request, service http.Handler)) {
	t.Helper()
	target, err := url.Parse("http://" + strings.TrimPrefix(os.Getenv(variable), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	service := httputil.NewSingleHostReverseProxy(target)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { serve(w, r, service) }))
	t.Cleanup(proxy.Close)
	t.Setenv(variable, proxy.Listener.Addr().String())
}

const (
	storageHost  = "STORAGE_EMULATOR_HOST"
	dataflowHost = "DATAFLOW_EMULATOR_HOST"
)
