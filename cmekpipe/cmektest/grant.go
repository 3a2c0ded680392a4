package cmektest

import (
	"cloud.google.com/go/iam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// encrypterDecrypter is the role that a service agent needs on a key.
const encrypterDecrypter iam.RoleName = "roles/cloudkms.cryptoKeyEncrypterDecrypter"

// GrantKey lets the service agents of some services in [Project] use the key; of every service that
// encrypts if none is named.
func (c *Cloud) GrantKey(key cmekpipe.KeyName, services ...emulator.Service) {
	c.t.Helper()
	c.changePolicy(key, services, (*iam.Policy).Add)
}

// DenyKey takes back what [Cloud.GrantKey] gave to the same services. It works at once, where Google takes minutes.
func (c *Cloud) DenyKey(key cmekpipe.KeyName, services ...emulator.Service) {
	c.t.Helper()
	c.changePolicy(key, services, (*iam.Policy).Remove)
}

// encrypting returns the services that protect data with a key, each agent once.
func encrypting() []emulator.Service {
	return []emulator.Service{
		emulator.Storage, emulator.Dataflow, emulator.Compute, emulator.BigQuery, emulator.PubSub, emulator.Spanner,
		emulator.Bigtable, emulator.Datastore, emulator.Healthcare,
	}
}

func (c *Cloud) changePolicy(
	key cmekpipe.KeyName, services []emulator.Service, change func(*iam.Policy, string, iam.RoleName),
) {
	c.t.Helper()
	if len(services) == 0 {
		services = encrypting()
	}
	handle := c.kms.ResourceIAM(key.String())
	policy, err := handle.Policy(c.t.Context())
	if err != nil {
		c.t.Fatalf("cmektest: policy of %s: %v", key, err)
	}
	for _, s := range services {
		agent := emulator.Agent(s, Project)
		if agent == "" {
			c.t.Fatalf("cmektest: service %q has no agent that uses keys", s)
		}
		change(policy, "serviceAccount:"+agent, encrypterDecrypter)
	}
	if err := handle.SetPolicy(c.t.Context(), policy); err != nil {
		c.t.Fatalf("cmektest: policy of %s: %v", key, err)
	}
}
