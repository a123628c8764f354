// Written by clients/generator. Do not edit.
package org.redfishd.client.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads values leniently: what is absent, null or of another type is empty; numbers and booleans may be strings. */
public final class Values {
  private Values() {}

  public static <T> Optional<T> one(JsonNode json, String name, Function<JsonNode, Optional<T>> read) {
    JsonNode value = json.path(name);
    return value.isMissingNode() || value.isNull() ? Optional.empty() : read.apply(value);
  }

  public static <T> List<T> list(JsonNode json, String name, Function<JsonNode, Optional<T>> read) {
    List<T> items = new ArrayList<>();
    for (JsonNode item : json.path(name)) read.apply(item).ifPresent(items::add);
    return items;
  }

  public static Optional<String> text(JsonNode value) {
    return value.isValueNode() && !value.isNull() ? Optional.of(value.asText()) : Optional.empty();
  }

  public static Optional<Boolean> bool(JsonNode value) {
    if (value.isBoolean()) return Optional.of(value.booleanValue());
    String word = value.asText("");
    return word.equalsIgnoreCase("true") ? Optional.of(true) : word.equalsIgnoreCase("false") ? Optional.of(false) : Optional.empty();
  }

  public static Optional<Double> number(JsonNode value) {
    if (value.isNumber()) return Optional.of(value.doubleValue());
    try {
      return value.isTextual() ? Optional.of(Double.valueOf(value.textValue().trim())) : Optional.empty();
    } catch (NumberFormatException notANumber) {
      return Optional.empty();
    }
  }

  public static Optional<Long> integer(JsonNode value) {
    return number(value).map(Double::longValue);
  }

  public static Optional<Link> link(JsonNode value) {
    JsonNode id = value.path("@odata.id");
    return id.isTextual() ? Optional.of(new Link(id.textValue())) : Optional.empty();
  }

  public static Optional<JsonNode> any(JsonNode value) {
    return Optional.of(value);
  }

  public static <T> Optional<T> object(JsonNode value, Function<JsonNode, T> of) {
    return value.isObject() ? Optional.of(of.apply(value)) : Optional.empty();
  }
}
