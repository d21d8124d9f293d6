using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.SmartApp;

namespace HpdCds.Tests.SmartApp;

/// <summary>Results over time: what is drawn, what is not and why, and the table behind each picture.</summary>
public sealed class PictureChartTests(Pictures pictures) : IClassFixture<Pictures>
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private static readonly string Bravo = Pictures.RequestOf("bravo");

    [Theory]
    [InlineData("bravo-afp", 399.6, "AFP, ng/mL, log axis", "Latest: 399.6 ng/mL (")]
    [InlineData("bravo-afp", 399.96, "AFP, ng/mL, log axis", "Latest: 399.96 ng/mL (")]
    [InlineData("bravo-ldh", 251, "LDH, multiple of the laboratory's upper limit", "Latest: 251 U/L, 1.004 times the limit (")]
    [InlineData("bravo-ldh", 210, "LDH, multiple of the laboratory's upper limit", "Latest: 210 U/L, 0.84 times the limit (")]
    [InlineData("bravo-ldh", 250, "LDH, multiple of the laboratory's upper limit", "Latest: 250 U/L, 1 times the limit (")]
    public async Task No_number_is_rounded_onto_its_threshold_or_over_it(string id, double value, string figure, string latest)
    {
        var page = Parse(await pictures.OfRequestAsync(Pictures.With(Bravo, id, one => one["valueQuantity"]!["value"] = value), Pictures.SandboxAsOf));

        Assert.StartsWith(latest, Latest(page, figure), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_score_that_cannot_be_made_names_the_part_that_it_lacks()
    {
        var page = PicturePageTests.Parse(await pictures.OfSandboxAsync("november"));

        Assert.Contains("ALBI score: cannot be made of what is recorded (bilirubin: not recorded)", page.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_is_the_same_in_its_row_and_in_its_picture()
    {
        var picture = await pictures.OfSandboxAsync("bravo");
        var page = Parse(picture);
        var row = page.Descendants("tr").First(row => row.Elements("th").FirstOrDefault()?.Value == picture.Wording["name.albi"]).Elements("td").ElementAt(1).Descendants("strong").Single().Value;

        Assert.StartsWith($"Latest: {row} (", Latest(page, "ALBI score"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("en", "1,210 ng/mL; not final; converted by an assay-dependent factor", "recorded as 1000 [IU]/mL")]
    [InlineData("zh-CN", "1,210 ng/mL", "原记录为1000 [IU]/mL")]
    public async Task What_qualifies_a_value_goes_with_it_into_its_picture(string language, string latest, string recorded)
    {
        var request = Pictures.With(Bravo, "bravo-afp", one =>
        {
            one["status"] = "preliminary";
            one["valueQuantity"] = new JsonObject { ["value"] = 1000, ["unit"] = "[IU]/mL", ["system"] = "http://unitsofmeasure.org", ["code"] = "[IU]/mL" };
        });

        var picture = await pictures.OfRequestAsync(request, Pictures.SandboxAsOf, language);
        var figure = Parse(picture).Descendants("figure").Single(figure => figure.Descendants("polyline").Concat(figure.Descendants(Svg + "polyline")).Any() && figure.Value.Contains("[IU]/mL", StringComparison.Ordinal));

        Assert.Contains(latest, figure.Elements("p").First().Value, StringComparison.Ordinal);
        Assert.Contains(recorded.Replace("1000", "1,000", StringComparison.Ordinal), figure.Descendants("tbody").Single().Elements("tr").First().Value, StringComparison.Ordinal);
        Assert.Equal(["dot", "dot", "dot", "dot marked"], figure.Descendants(Svg + "circle").Select(dot => (string)dot.Attribute("class")!));
    }

    [Fact]
    public async Task A_confounded_value_is_marked_in_its_picture()
    {
        var picture = await pictures.OfGoldenAsync("confounded-nlr-by-a-corticosteroid");
        var figure = Figure(Parse(picture), "NLR");

        Assert.Contains("possible influence: corticosteroid", figure.Elements("p").First().Value, StringComparison.Ordinal);
        Assert.Contains(figure.Descendants(Svg + "circle"), dot => (string?)dot.Attribute("class") == "dot marked");
    }

    [Fact]
    public async Task What_cannot_be_drawn_is_named_with_the_reason()
    {
        var unusable = Parse(await pictures.OfSandboxAsync("hotel"));
        Assert.Matches("LDH: [0-9]+ recorded, none usable \\(no usable reference range on the result\\)", Undrawn(unusable));
        Assert.DoesNotContain("AFP", Undrawn(unusable), StringComparison.Ordinal);

        var unread = Parse(await pictures.OfSandboxAsync("bravo", with: request => Without(request, "ldh", ChartKey.Chemistry, SourceState.Failed)));
        Assert.Equal("LDH: did not answer", Undrawn(unread));

        var none = Parse(await pictures.OfSandboxAsync("bravo", with: request => Without(request, "ldh", ChartKey.Chemistry, SourceState.Complete)));
        Assert.Equal("LDH: none recorded", Undrawn(none));

        var chinese = Parse(await pictures.OfSandboxAsync("hotel", "zh-CN"));
        Assert.Contains("均不可用", Undrawn(chinese), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Results_for_which_there_is_no_room_are_said_to_be_there()
    {
        var template = JsonNode.Parse(Bravo)!["prefetch"]!["cbc"]!["entry"]!.AsArray().Select(entry => entry!["resource"]!).Single(one => (string?)one["id"] == "bravo-afp").AsObject();
        IEnumerable<JsonObject> More(int count) => Enumerable.Range(1, count).Select(day =>
        {
            var copy = template.DeepClone().AsObject();
            (copy["id"], copy["effectiveDateTime"]) = ($"afp-{day}", Pictures.SandboxAsOf.AddDays(-10 - day).ToString("yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture));
            return copy;
        });
        const string said = "Only the newest 60 results are drawn; there are older ones.";

        var full = await pictures.OfRequestAsync(Pictures.Plus(Bravo, ChartKey.Cbc, More(56)), Pictures.SandboxAsOf);
        var over = await pictures.OfRequestAsync(Pictures.Plus(Bravo, ChartKey.Cbc, More(70)), Pictures.SandboxAsOf);

        Assert.Equal(60, full.Trends.Single(trend => trend.Id == "afp").Points.Length);
        Assert.DoesNotContain(said, Parse(full).Value, StringComparison.Ordinal);
        Assert.Equal(60, over.Trends.Single(trend => trend.Id == "afp").Points.Length);
        Assert.Contains(said, Figure(Parse(over), "AFP, ng/mL, log axis").Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_treatment_that_was_begun_again_is_marked_where_it_was_begun_again()
    {
        var request = Pictures.Plus(Bravo, ChartKey.Medications, [Order("old", "lenvatinib", "2025-01-10"), Order("next", "lenvatinib", "2025-02-10"), Order("again", "lenvatinib", "2026-01-20"), Order("refill", "lenvatinib", "2026-02-10")]);

        var picture = await pictures.OfRequestAsync(request, Pictures.SandboxAsOf);

        Assert.Equal([("antineoplastic", "2026-01-20")], picture.Treatments.Select(mark => (mark.Kind, mark.When.Date)));
        var page = Parse(picture);
        Assert.Contains("A: lenvatinib, 2026-01-20", page.Value, StringComparison.Ordinal);
        Assert.All(Trends(page), figure => Assert.Single(figure.Descendants(Svg + "line"), line => (string?)line.Attribute("class") == "treatment"));
    }

    [Fact]
    public async Task Treatments_for_which_there_is_no_room_are_counted()
    {
        var drugs = pictures.Knowledge.Drugs.All.Select(drug => drug.Inn).Take(15);
        var picture = await pictures.OfRequestAsync(
            Pictures.Plus(Bravo, ChartKey.Medications, drugs.Select((drug, at) => Order($"drug-{at}", drug, string.Create(CultureInfo.InvariantCulture, $"2026-01-{at + 1:00}")))), Pictures.SandboxAsOf);

        Assert.Equal(12, picture.Treatments.Length);
        Assert.InRange(picture.TreatmentsLeftOut, 1, 3);
        Assert.Contains($"Older ones that are not marked: {picture.TreatmentsLeftOut}", Parse(picture).Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFP_stands_on_a_log_axis_and_LDH_as_a_multiple_of_its_limit()
    {
        var page = Parse(await pictures.OfSandboxAsync("bravo"));

        var axis = Figure(page, "AFP, ng/mL, log axis").Descendants(Svg + "text").Where(text => (string?)text.Attribute("text-anchor") == "end" && (string?)text.Attribute("class") == "small").Select(text => text.Value);
        Assert.Equal(["100", "1,000", "10,000"], axis.Where(text => text.All(letter => char.IsDigit(letter) || letter == ',')));
        var ldh = Figure(page, "LDH, multiple of the laboratory's upper limit");
        Assert.Equal(["Date", "Value", "Upper limit", "Multiple", "Source"], ldh.Descendants("th").Where(heading => (string?)heading.Attribute("scope") == "col").Select(heading => heading.Value));
        Assert.Equal("2026-02-23|210 U/L|250 U/L|0.84|Observation/bravo-ldh", string.Join('|', ldh.Descendants("tbody").Single().Elements("tr").First().Elements().Select(cell => cell.Value)));
    }

    [Fact]
    public async Task Window_thresholds_and_values_are_drawn_where_the_axis_says()
    {
        var picture = await pictures.OfSandboxAsync("bravo");
        foreach (var (trend, figure) in picture.Trends.Zip(Trends(Parse(picture))))
        {
            decimal Of(XElement element, string name) => decimal.Parse((string)element.Attribute(name)!, CultureInfo.InvariantCulture);
            var drawn = figure.Descendants(Svg + "svg").Single();
            var window = drawn.Elements(Svg + "rect").Single(rect => (string?)rect.Attribute("class") == "window");
            Assert.Contains($"{trend.WindowDays} days", drawn.Value, StringComparison.Ordinal);
            var lines = drawn.Elements(Svg + "line").Where(line => (string?)line.Attribute("class") == "threshold").Select(line => Of(line, "y1")).ToArray();
            Assert.Equal(trend.Thresholds.Length, lines.Length);
            var dots = drawn.Elements(Svg + "circle").ToArray();
            foreach (var (point, dot) in trend.Points.Zip(dots))
            {
                Assert.Equal(point.When.IsWithin(trend.WindowDays, picture.Request.AsOf), Of(dot, "cx") >= Of(window, "x"));
                foreach (var (threshold, line) in trend.Thresholds.Zip(lines))
                    Assert.True(point.Drawn == threshold || (point.Drawn > threshold) == (Of(dot, "cy") < line), $"{trend.Id}: {point.Drawn} against {threshold}");
            }
        }
    }

    [Fact]
    public async Task No_two_dates_of_an_axis_touch()
    {
        foreach (var patient in (string[])["bravo", "delta", "hotel"])
        {
            foreach (var figure in Trends(Parse(await pictures.OfSandboxAsync(patient))))
            {
                var ends = figure.Descendants(Svg + "text").Where(text => text.Value.Length == 7 && text.Value[4] == '-')
                    .Select(text => (X: decimal.Parse((string)text.Attribute("x")!, CultureInfo.InvariantCulture), Anchor: (string)text.Attribute("text-anchor")!))
                    .Select(text => text.Anchor switch { "start" => (text.X, text.X + 38), "end" => (text.X - 38, text.X), _ => (text.X - 19, text.X + 19) }).ToArray();
                Assert.All(ends.Zip(ends.Skip(1)), pair => Assert.True(pair.Second.Item1 - pair.First.Item2 >= 4));
            }
        }
    }

    [Fact]
    public async Task Points_by_domain_are_drawn_and_stand_in_a_table()
    {
        var picture = await pictures.OfSandboxAsync("bravo");
        var figure = Parse(picture).Descendants("figure").Single(figure => (string?)figure.Attribute("class") == "contribution");

        Assert.Equal(
            ["inflammation|inflammation: 2 of 2", "invasion|invasion: 1 of 2", "liver|liver: 0 of 1", "genomics|genomics: 0 of 1"],
            figure.Descendants("tbody").Single().Elements("tr").Select(row => string.Join('|', row.Elements().Select(cell => cell.Value))));
        Assert.Equal(3, figure.Descendants(Svg + "rect").Count(cell => (string?)cell.Attribute("class") == "cell in"));
    }

    [Fact]
    public async Task Each_published_rate_stands_with_its_own_definition_and_study()
    {
        var picture = await pictures.OfSandboxAsync("bravo");
        var rows = Parse(picture).Descendants("section").Single(section => (string?)section.Attribute("id") == "rates").Descendants("tbody").Single().Elements("tr").Select(row => row.Elements().Select(cell => cell.Value).ToArray()).ToArray();

        Assert.Equal(picture.Table!.Rates.Length, rows.Length);
        Assert.All(rows, row => Assert.All(row, cell => Assert.NotEmpty(cell)));
        Assert.Equal("24 of 189 (12.7 %)", rows[0][1]);
        Assert.Contains("TGK", rows[0][2], StringComparison.Ordinal);
        Assert.Contains("Kim", rows[0][3], StringComparison.Ordinal);
    }

    private static JsonObject Order(string id, string drug, string date) => new()
    {
        ["resourceType"] = "MedicationRequest",
        ["id"] = id,
        ["status"] = "active",
        ["intent"] = "order",
        ["medicationCodeableConcept"] = new JsonObject { ["text"] = drug },
        ["subject"] = new JsonObject { ["reference"] = "Patient/bravo" },
        ["authoredOn"] = date,
    };

    private static PictureRequest Without(PictureRequest request, string part, ChartKey key, SourceState state) => request with
    {
        Chart = request.Chart with
        {
            Sources = request.Chart.Sources.SetItem(key, request.Chart.Sources[key] with { State = state }),
            Observations = [.. request.Chart.Observations.Where(one => !one.Reference.Contains(part, StringComparison.Ordinal))],
        },
    };

    private static XElement Parse(Picture picture) => PicturePageTests.Parse(picture);

    private static XElement[] Trends(XElement page) =>
        [.. page.Descendants("figure").Where(figure => figure.Descendants(Svg + "svg").Any(svg => (string?)svg.Attribute("class") == "trend"))];

    private static XElement Figure(XElement page, string name) => Trends(page).Single(figure => figure.Element("h3")!.Value == name);

    private static string Latest(XElement page, string name) => Figure(page, name).Elements("p").First().Value;

    private static string Undrawn(XElement page) => page.Descendants("ul").Single(list => (string?)list.Attribute("class") == "quiet undrawn").Value;
}
