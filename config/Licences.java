import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import javax.xml.parsers.DocumentBuilderFactory;

import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Prints the licences of all that comes with a module as docs/licences.md shows them. Its
 * arguments are the modules' bills of materials, which the profile release makes.
 */
public final class Licences {

	public static void main(String[] files) throws Exception {
		StringBuilder page = new StringBuilder("""
				# Licences

				pgkeel is under the [Apache License 2.0](../LICENSE). This is what comes with it, at run time, as the modules' bills of
				materials say (CycloneDX, `target/bom.json`). Whoever distributes an application distributes these too. The embedded server's
				artifacts wrap PostgreSQL itself, which is under the PostgreSQL License. Made by

				```
				mvn -Prelease -DskipTests package
				java config/Licences.java starter/target/bom.xml embedded-postgres/target/bom.xml > docs/licences.md
				```
				""");
		for (String file : files) {
			Element bom = DocumentBuilderFactory.newInstance()
				.newDocumentBuilder()
				.parse(new File(file))
				.getDocumentElement();
			Element module = children(children(bom, "metadata").get(0), "component").get(0);
			page.append("\n## ").append(text(module, "name"));
			page.append("\n| artifact | licence |\n|---|---|\n");
			Map<String, String> rows = new TreeMap<>();
			for (Element component : children(children(bom, "components").get(0), "component")) {
				rows.put("`" + text(component, "group") + ":" + text(component, "name") + "`", licences(component));
			}
			rows.forEach((artifact, licence) -> page.append("| %s | %s |\n".formatted(artifact, licence)));
		}
		System.out.write(page.toString().getBytes(StandardCharsets.UTF_8));
		System.out.flush();
	}

	private static String licences(Element component) {
		List<String> names = new ArrayList<>();
		for (Element licences : children(component, "licenses")) {
			children(licences, "expression").forEach((expression) -> names.add(expression.getTextContent()));
			for (Element licence : children(licences, "license")) {
				String id = text(licence, "id");
				names.add(id.isEmpty() ? text(licence, "name") : id);
			}
		}
		if (names.isEmpty()) {
			throw new IllegalStateException("No licence is known of " + text(component, "name"));
		}
		return String.join(" or ", names);
	}

	private static String text(Element parent, String name) {
		List<Element> found = children(parent, name);
		return found.isEmpty() ? "" : found.get(0).getTextContent();
	}

	private static List<Element> children(Element parent, String name) {
		List<Element> children = new ArrayList<>();
		NodeList all = parent.getChildNodes();
		for (int i = 0; i < all.getLength(); i++) {
			if (all.item(i) instanceof Element element && element.getTagName().equals(name)) {
				children.add(element);
			}
		}
		return children;
	}

}
