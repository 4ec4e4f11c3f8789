package dev.omniq.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Lines over steps, as SVG; both axes by powers of ten.
 *
 * @param along what grows
 * @param unit what is measured
 * @param steps how far it has grown
 * @param lines the values of each line, one for each step
 */
record Chart(String along, String unit, List<Integer> steps, Map<String, List<Double>> lines) {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 400;
  private static final int LEFT = 70;
  private static final int RIGHT = 190;
  private static final int TOP = 20;
  private static final int BOTTOM = 50;
  private static final List<String> COLOURS =
      List.of("#1b6ca8", "#c8553d", "#2a9d5c", "#8e5ea2", "#b8860b");

  String svg() {
    double low = Math.floor(Math.log10(extreme(false)));
    double high = Math.ceil(Math.log10(extreme(true)));
    var out = new StringBuilder();
    line(out, "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d'", WIDTH, HEIGHT);
    line(out, " font-family='sans-serif' font-size='12'>");
    line(out, "<rect width='%d' height='%d' fill='white'/>", WIDTH, HEIGHT);
    for (double power = low; power <= high; power++) {
      double y = y(Math.pow(10, power), low, high);
      line(out, "<path d='M%d %.1fH%d' stroke='#dddddd'/>", LEFT, y, WIDTH - RIGHT);
      String label = Math.pow(10, power) + " " + unit;
      line(out, "<text x='%d' y='%.1f' text-anchor='end'>%s</text>", LEFT - 6, y + 4, label);
    }
    for (int i = 0; i < steps.size(); i++) {
      line(
          out,
          "<text x='%.1f' y='%d' text-anchor='middle'>%,d</text>",
          x(i),
          HEIGHT - BOTTOM + 18,
          steps.get(i));
    }
    line(out, "<text x='%d' y='%d'>%s</text>", LEFT, HEIGHT - 10, along);
    draw(out, low, high);
    line(out, "</svg>");
    return out.toString();
  }

  private void draw(StringBuilder out, double low, double high) {
    int number = 0;
    for (Map.Entry<String, List<Double>> each : lines.entrySet()) {
      String colour = COLOURS.get(number % COLOURS.size());
      var path = new StringBuilder();
      for (int i = 0; i < each.getValue().size(); i++) {
        path.append(i == 0 ? "M" : "L")
            .append(
                String.format(
                    Locale.ROOT, "%.1f %.1f", x(i), y(each.getValue().get(i), low, high)));
      }
      line(out, "<path d='%s' fill='none' stroke='%s' stroke-width='2'/>", path, colour);
      int y = TOP + 20 * number + 10;
      line(out, "<path d='M%d %dh16' stroke='%s'", WIDTH - RIGHT + 15, y - 4, colour);
      line(out, " stroke-width='2'/>");
      line(out, "<text x='%d' y='%d'>%s</text>", WIDTH - RIGHT + 37, y, each.getKey());
      number++;
    }
  }

  private double extreme(boolean most) {
    var all = lines.values().stream().flatMap(List::stream).mapToDouble(Double::doubleValue);
    return most ? all.max().orElse(1) : all.min().orElse(1);
  }

  private double x(int step) {
    return LEFT + 20 + (WIDTH - LEFT - RIGHT - 40.0) * step / Math.max(1, steps.size() - 1);
  }

  private static double y(double value, double low, double high) {
    double share = (Math.log10(value) - low) / Math.max(1, high - low);
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
  }

  @SuppressWarnings("AnnotateFormatMethod") // its callers are the few methods above
  private static void line(StringBuilder out, String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
