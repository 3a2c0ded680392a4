package store

// Conditions are the preconditions of a call. A nil field is no condition.
type Conditions struct {
	// Generation must be the object's; 0 means that there must be no live object.
	Generation *int64
	// NotGeneration must not be the object's; 0 means that there must be a live object.
	NotGeneration *int64
	// Metageneration must be the resource's.
	Metageneration *int64
	// NotMetageneration must not be the resource's.
	NotMetageneration *int64
}

// Check returns [ConditionNotMet] unless all conditions hold for an object, nil if there is none.
func (c Conditions) Check(o *Object) error {
	if o == nil {
		return c.check(0, 0)
	}
	return c.check(o.Generation, o.Metageneration)
}

// CheckBucket returns [ConditionNotMet] unless all conditions hold for a bucket.
func (c Conditions) CheckBucket(b *Bucket) error {
	return c.check(b.Attrs.Generation, b.Attrs.Metageneration)
}

// Differs reports whether only a "must not be" condition fails for the object, so that a reader has it already.
func (c Conditions) Differs(o *Object) bool { return c.differs(o.Generation, o.Metageneration) }

// BucketDiffers is [Conditions.Differs] for a bucket.
func (c Conditions) BucketDiffers(b *Bucket) bool {
	return c.differs(b.Attrs.Generation, b.Attrs.Metageneration)
}

func (c Conditions) differs(generation, metageneration int64) bool {
	must := Conditions{Generation: c.Generation, Metageneration: c.Metageneration}
	return must.check(generation, metageneration) == nil && c.check(generation, metageneration) != nil
}

func (c Conditions) check(generation, metageneration int64) error {
	holds := (c.Generation == nil || *c.Generation == generation) &&
		(c.NotGeneration == nil || *c.NotGeneration != generation) &&
		(c.Metageneration == nil || *c.Metageneration == metageneration) &&
		(c.NotMetageneration == nil || *c.NotMetageneration != metageneration)
	if !holds {
		return ConditionNotMet
	}
	return nil
}
