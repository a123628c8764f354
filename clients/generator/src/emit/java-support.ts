/** The few hand-written types that the generated Java stands on, in the same package. */
import type { Files } from './files.ts';

export const javaPackage = 'org.redfishd.client.model';

const head = `// Written by clients/generator. Do not edit.\npackage ${javaPackage};\n\n`;

export const javaSupport: Files = {
  'RedfishObject.java': `${head}import com.fasterxml.jackson.databind.JsonNode;
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
`,
  'RedfishResource.java': `${head}import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** What every resource has. */
@FunctionalInterface
public interface RedfishResource extends RedfishObject {
  static RedfishResource of(JsonNode json) { return () -> json; }
  default String odataId() { return json().path("@odata.id").asText(""); }
  default Optional<String> odataType() { return text("@odata.type"); }
  default Optional<String> odataEtag() { return text("@odata.etag"); }
  default Optional<String> getId() { return text("Id"); }
  default Optional<String> getName() { return text("Name"); }
  default Optional<String> getDescription() { return text("Description"); }
  default JsonNode getActions() { return json().path("Actions"); }
  default JsonNode getOem() { return json().path("Oem"); }
}
`,
  'Link.java': `${head}/** A reference to a resource. */
public record Link(String odataId) {
}
`,
  'Values.java': `${head}import com.fasterxml.jackson.databind.JsonNode;
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
`,
  'Changes.java': `${head}import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** A body that is sent: only properties that were set are in it; null is sent as null. */
public abstract class Changes<S extends Changes<S>> implements RedfishObject {
  private final ObjectNode json = JsonNodeFactory.instance.objectNode();

  /** @throws IllegalStateException naming a property that a create lacks */
  @Override public JsonNode json() {
    for (String name : required()) {
      if (!json.has(name)) throw new IllegalStateException(getClass().getName() + " needs " + name);
    }
    return json;
  }

  protected String[] required() {
    return new String[0];
  }

  /** Sets a property that the schema does not have, such as one of Oem. */
  @SuppressWarnings("unchecked")
  public S put(String name, Object value) {
    json.set(name, node(value));
    return (S) this;
  }

  private static JsonNode node(Object value) {
    JsonNodeFactory make = JsonNodeFactory.instance;
    if (value == null) return make.nullNode();
    if (value instanceof JsonNode node) return node;
    if (value instanceof Link link) return make.objectNode().put("@odata.id", link.odataId());
    if (value instanceof RedfishObject object) return object.json();
    if (value instanceof Boolean bool) return make.booleanNode(bool);
    if (value instanceof Long number) return make.numberNode(number);
    if (value instanceof Double number) return make.numberNode(number);
    if (value instanceof List<?> items) {
      ArrayNode array = make.arrayNode();
      for (Object item : items) array.add(node(item));
      return array;
    }
    return make.textNode(value.toString());
  }
}
`,
};
