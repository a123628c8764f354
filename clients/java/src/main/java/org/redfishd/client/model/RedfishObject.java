// Written by clients/generator. Do not edit.
package org.redfishd.client.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** JSON as the service sent it; getters of the types only read from it, leniently. */
@FunctionalInterface
public interface RedfishObject {
  JsonNode json();

  default Optional<String> text(String name) { return Values.one(json(), name, Values::text); }
  default List<String> texts(String name) { return Values.list(json(), name, Values::text); }

  default Optional<Boolean> bool(String name) { return Values.one(json(), name, Values::bool); }
  default List<Boolean> bools(String name) { return Values.list(json(), name, Values::bool); }

  default Optional<Long> integer(String name) { return Values.one(json(), name, Values::integer); }
  default List<Long> integers(String name) { return Values.list(json(), name, Values::integer); }

  default Optional<Double> number(String name) { return Values.one(json(), name, Values::number); }
  default List<Double> numbers(String name) { return Values.list(json(), name, Values::number); }

  default Optional<Link> link(String name) { return Values.one(json(), name, Values::link); }
  default List<Link> links(String name) { return Values.list(json(), name, Values::link); }

  default Optional<JsonNode> any(String name) { return Values.one(json(), name, Values::any); }
  default List<JsonNode> anys(String name) { return Values.list(json(), name, Values::any); }

  default <T> Optional<T> object(String name, Function<JsonNode, T> of) {
    return Values.one(json(), name, value -> Values.object(value, of));
  }

  default <T> List<T> objects(String name, Function<JsonNode, T> of) {
    return Values.list(json(), name, value -> Values.object(value, of));
  }
}
