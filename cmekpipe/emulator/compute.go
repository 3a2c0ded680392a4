package emulator

// PutCompute stores a subnetwork, image, instance or disk for clients of Compute Engine to read, or replaces it. Value is
// a resource of google.golang.org/api/compute/v1, or anything with the same JSON; the name is one of
//
//	projects/PROJECT/regions/REGION/subnetworks/SUBNETWORK
//	projects/PROJECT/global/images/IMAGE
//	projects/PROJECT/zones/ZONE/instances/INSTANCE
//	projects/PROJECT/zones/ZONE/disks/DISK
func (c *Cloud) PutCompute(name string, value any) error {
	return failure("put", name, c.machines.Put(name, value))
}
