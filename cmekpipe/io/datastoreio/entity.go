package datastoreio

import (
	"context"
	"fmt"
	"reflect"
	"time"
	"unicode/utf8"

	"cloud.google.com/go/datastore"
)

// keyProperty is the name under which an entity holds its own key.
const keyProperty = "__key__"

// decode reads a complete key. Its text is data and stays out of errors.
func (w *writer) decode(encoded string) (*datastore.Key, error) {
	key, err := datastore.DecodeKey(encoded)
	if err != nil || key == nil {
		return nil, w.invalid("got a text that is no key", "encode keys with (*datastore.Key).Encode")
	}
	return key, w.complete(key)
}

// complete refuses a key without a name or an id.
func (w *writer) complete(key *datastore.Key) error {
	if key == nil || key.Incomplete() {
		return w.invalid("got an entity without a complete key", "give every entity a name or an id of its own: "+
			"one that Datastore chooses would differ on every retry of a bundle")
	}
	for k := key; k != nil; k = k.Parent {
		if !utf8.ValidString(k.Kind + k.Name + k.Namespace) {
			return w.invalid("got a key whose text is no UTF-8", "encode names that are bytes")
		}
	}
	return nil
}

// save returns the properties of an entity.
func (w *writer) save(entity any) (datastore.PropertyList, error) {
	v := reflect.ValueOf(entity)
	if v.Kind() != reflect.Pointer {
		pointer := reflect.New(v.Type())
		pointer.Elem().Set(v)
		v = pointer
	} else if v.IsNil() {
		return nil, w.invalid("got a nil pointer for an entity", "drop such elements before they are written")
	}
	var properties []datastore.Property
	var err error
	if saver, ok := v.Interface().(datastore.PropertyLoadSaver); ok {
		properties, err = saver.Save()
	} else {
		properties, err = datastore.SaveStruct(v.Interface())
	}
	if err != nil {
		return nil, w.invalid(fmt.Sprintf("got an entity of type %T that can't be saved", entity),
			"see the types and tags of cloud.google.com/go/datastore; why is left out, because it may quote the entity")
	}
	return properties, nil
}

// put adds an entity to the batch.
func (w *writer) put(ctx context.Context, key *datastore.Key, properties datastore.PropertyList) error {
	if err := w.complete(key); err != nil {
		return err
	}
	size := keySize(key)
	for _, p := range properties {
		n, ok := valueSize(p.Value)
		if !ok || !utf8.ValidString(p.Name) {
			return w.invalid("got text that is no UTF-8", "store such bytes as []byte")
		}
		size += len(p.Name) + n
	}
	return w.add(ctx, key, datastore.NewUpsert(key, &properties), size)
}

// keyOf returns the key in an entity, or nil.
func keyOf(properties datastore.PropertyList) *datastore.Key {
	for _, p := range properties {
		if p.Name == keyProperty {
			key, _ := p.Value.(*datastore.Key)
			return key
		}
	}
	return nil
}

// frame is the maximum size of tags, lengths and a value of fixed size in a request.
const frame = 48

// valueSize returns an upper estimate of a value's bytes in a request, and whether all of its
// text is UTF-8.
func valueSize(value any) (size int, ok bool) {
	switch v := value.(type) {
	case string:
		return frame + len(v), utf8.ValidString(v)
	case []byte:
		return frame + len(v), true
	case *datastore.Key:
		return frame + keySize(v), true
	case *datastore.Entity:
		if v == nil {
			return frame, true
		}
		size, ok = frame+keySize(v.Key), true
		for _, p := range v.Properties {
			n, fine := valueSize(p.Value)
			size, ok = size+len(p.Name)+n, ok && fine && utf8.ValidString(p.Name)
		}
		return size, ok
	case []any:
		size, ok = frame, true
		for _, inner := range v {
			n, fine := valueSize(inner)
			size, ok = size+n, ok && fine
		}
		return size, ok
	case time.Time, datastore.GeoPoint:
		return frame, true
	}
	return frame, true
}

// keySize returns an estimate of a key's bytes in a request.
func keySize(k *datastore.Key) int {
	size := frame
	for ; k != nil; k = k.Parent {
		size += frame + len(k.Kind) + len(k.Name) + len(k.Namespace)
	}
	return size
}
