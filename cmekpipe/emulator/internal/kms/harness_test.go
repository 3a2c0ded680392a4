package kms_test

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	kmsapi "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/access"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/hierarchy"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/kms"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/endpoint"
)

const (
	place    = "projects/bank-keys/locations/us-central1"
	ringName = place + "/keyRings/r"
	keyName  = ringName + "/cryptoKeys/k"

	user = "user:ann@example.com"
)

// clock is a clock that tests advance.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// cloud is a Cloud KMS under test and Google's client of it.
type cloud struct {
	*kmsapi.KeyManagementClient
	t      testing.TB
	clock  *clock
	env    *core.Env
	server *kms.Server
}

func start(t testing.TB) *cloud {
	t.Helper()
	clk := &clock{now: time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)}
	env := &core.Env{Now: clk.read, Ledger: &core.Ledger{}, Faults: &core.Faults{}}
	server := kms.New(env, access.New(clk.read, hierarchy.New(clk.read)))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	client, err := kmsapi.NewKeyManagementClient(t.Context(), endpoint.GRPC(l.Addr().String())...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client.Close()
		if err := server.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if err := <-ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return &cloud{client, t, clk, env, server}
}

// withKey starts a Cloud KMS with the key ring and a symmetric key, which the user may encrypt and decrypt with.
func withKey(t testing.TB) *cloud {
	t.Helper()
	c := start(t)
	c.createRing("r")
	c.createKey("k", &kmspb.CryptoKey{Purpose: kmspb.CryptoKey_ENCRYPT_DECRYPT})
	c.grant(keyName, "roles/cloudkms.cryptoKeyEncrypterDecrypter", user)
	return c
}

func (c *cloud) createRing(id string) {
	c.t.Helper()
	_, err := c.CreateKeyRing(c.t.Context(), &kmspb.CreateKeyRingRequest{Parent: place, KeyRingId: id})
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *cloud) createKey(id string, key *kmspb.CryptoKey) *kmspb.CryptoKey {
	c.t.Helper()
	made, err := c.CreateCryptoKey(c.t.Context(), &kmspb.CreateCryptoKeyRequest{Parent: ringName, CryptoKeyId: id, CryptoKey: key})
	if err != nil {
		c.t.Fatal(err)
	}
	return made
}

func (c *cloud) grant(resource, role string, members ...string) {
	c.t.Helper()
	handle := c.ResourceIAM(resource).V3()
	p, err := handle.Policy(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	p.Bindings = append(p.Bindings, binding(role, members...))
	if err := handle.SetPolicy(c.t.Context(), p); err != nil {
		c.t.Fatal(err)
	}
}

func (c *cloud) setState(name string, state kmspb.CryptoKeyVersion_CryptoKeyVersionState) error {
	_, err := c.UpdateCryptoKeyVersion(c.t.Context(), updateState(name, state))
	return err
}

// as returns a context that calls as a member.
func as(ctx context.Context, member string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, core.PrincipalHeader, member)
}

func key(t *testing.T, name string) cmekpipe.KeyName {
	t.Helper()
	k, err := cmekpipe.ParseKeyName(name)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// wantStatus checks that an error has a code and contains a text.
func wantStatus(t *testing.T, err error, code codes.Code, text string) {
	t.Helper()
	if err == nil || status.Code(err) != code || !strings.Contains(err.Error(), text) {
		t.Errorf("got error %v, want code %s and text %q", err, code, text)
	}
}
