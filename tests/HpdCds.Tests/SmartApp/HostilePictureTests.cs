using System.Text.Json.Nodes;
using System.Xml.Linq;
using HpdCds.Chart;
using HpdCds.SmartApp;
using HpdCds.Tests.Cards;

namespace HpdCds.Tests.SmartApp;

/// <summary>Whatever stands in a chart, on the page it is words: no element, attribute or address comes in with it.</summary>
public sealed class HostilePictureTests(Pictures pictures) : IClassFixture<Pictures>
{
    private const string Marker = "zqx";

    public static TheoryData<string> Corpus =>
    [
        $"<script>{Marker}()</script>",
        $"\"><img src=x onerror={Marker}()>",
        $"'-{Marker}()-'",
        $"</title><svg onload={Marker}()>",
        $"javascript:{Marker}()",
        $"&lt;b&gt;{Marker}&#x3C;i&#62;",
        $"<![CDATA[{Marker}]]><!--{Marker}-->",
        $"{Marker}\u0000\u0008\uFFFE\uD800",
        $"\u202E{Marker}\u2066<a href=//evil.example>",
        $"{{{{{Marker}}}}} ${{{Marker}}} {{drugs}}",
    ];

    [Theory]
    [MemberData(nameof(Corpus))]
    [Trait("Req", "SM-40")]
    public async Task A_hostile_name_date_or_number_is_words(string payload)
    {
        var plain = Pictures.PageOf(await pictures.OfSandboxAsync("bravo", with: request => request with { Banner = new("a", "b", "c") }));
        var page = Pictures.PageOf(await pictures.OfSandboxAsync("bravo", with: request => request with { Banner = new(payload, payload, payload) }));
        Assert.Equal(Shape(plain), Shape(page));
        Assert.DoesNotContain('\0', page);
    }

    [Theory]
    [MemberData(nameof(Corpus))]
    [Trait("Req", "SM-40")]
    public async Task Text_of_a_chart_adds_no_markup(string payload)
    {
        foreach (var golden in (string[])["high-all-seven-review-features", "unknown-unit-afp-without-unit", "pvtt-in-words-is-ambiguous", "implausible-ldh"])
        {
            var request = RichPatient.RequestOf(golden);
            foreach (var (path, node) in RichPatient.Everything(request).ToArray())
            {
                if (node is not JsonObject members)
                    continue;
                foreach (var name in (string[])["text", "display", "valueString", "id", "unit"])
                {
                    // Of an id only that of a result: what ties the request together stays.
                    var isResult = (string?)members["resourceType"] == "Observation";
                    if (members[name] is JsonValue && (name != "id" || isResult) && path.Contains("prefetch", StringComparison.Ordinal))
                        members[name] = payload.Replace("\uD800", "", StringComparison.Ordinal) + (name == "id" ? path : "");
                }
            }

            var picture = await pictures.OfRequestAsync(request.ToJsonString(), Pictures.GoldenAsOf);
            var page = PicturePageTests.ParsePage(Pictures.PageOf(picture));
            Assert.DoesNotContain(page.DescendantsAndSelf(), element => element.Name.LocalName is "img" or "iframe" or "b" or "i" or "style" || element.Name.LocalName.Contains(Marker, StringComparison.Ordinal));
            Assert.Single(page.Descendants("script"));
            Assert.DoesNotContain(page.DescendantsAndSelf().Attributes(), attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal) || attribute.Value.Contains(Marker, StringComparison.Ordinal));
            Assert.All(page.DescendantNodes().OfType<XText>().Where(text => text.Value.Contains(Marker, StringComparison.Ordinal)), text => Assert.True(text.Parent!.Name.LocalName is "td" || (string?)text.Parent.Attribute("class") == "source", text.Parent.ToString()));
        }
    }

    private static string Shape(string page) => string.Join(
        '\n',
        PicturePageTests.ParsePage(page).DescendantsAndSelf().Select(element => $"{element.Name.LocalName} {string.Join(' ', element.Attributes().Select(attribute => $"{attribute.Name.LocalName}={attribute.Value}"))}"));
}
