using HpdCds.Knowledge;

namespace HpdCds.Tests.Knowledge;

/// <summary>Findings in words: what affirms, what denies, and how far a denial reaches.</summary>
public sealed class TextTermsTests
{
    private static TextTerms Terms => Profiles.AsShipped.Terms;

    [Theory]
    [InlineData("Portal vein tumor thrombus", TextMention.Affirmed)]
    [InlineData("HCC with PVTT (Vp3)", TextMention.Affirmed)]
    [InlineData("HCC with pvtt", TextMention.Affirmed)]
    [InlineData("No ascites, but portal vein tumour thrombus is present", TextMention.Affirmed)]
    [InlineData("No ascites. PVTT in the right branch", TextMention.Affirmed)]
    [InlineData("HCC 5.2 cm, no ascites; macrovascular invasion", TextMention.Affirmed)]
    [InlineData("右肝癌，门静脉癌栓形成", TextMention.Affirmed)]
    [InlineData("未见腹水，可见门脉癌栓", TextMention.Affirmed)]
    [InlineData("No PVTT", TextMention.NotAffirmed)]
    [InlineData("No evidence of ascites, varices or portal vein tumour thrombus", TextMention.NotAffirmed)]
    [InlineData("PVTT: absent", TextMention.NotAffirmed)]
    [InlineData("Portal vein tumor thrombus has been ruled out", TextMention.NotAffirmed)]
    [InlineData("h/o PVTT", TextMention.NotAffirmed)]
    [InlineData("r/o PVTT", TextMention.NotAffirmed)]
    [InlineData("门静脉癌栓（-）", TextMention.NotAffirmed)]
    [InlineData("无门静脉癌栓", TextMention.NotAffirmed)]
    [InlineData("未见肿大淋巴结、门静脉癌栓", TextMention.NotAffirmed)]
    [InlineData("既往门静脉癌栓", TextMention.NotAffirmed)]
    [InlineData("门静脉癌栓待排", TextMention.NotAffirmed)]
    [InlineData("Portal vein thrombosis", TextMention.None)]
    [InlineData("Microvascular invasion", TextMention.None)]
    [InlineData("XPVTTX", TextMention.None)]
    [InlineData("", TextMention.None)]
    public void Portal_vein_tumour_thrombus_is_read_with_its_negations(string text, TextMention expected) =>
        Assert.Equal(expected, Terms.MentionOf("pvtt", text));

    [Theory]
    [InlineData("Dexamethasone 4 mg tablet", true)]
    [InlineData("地塞米松片", true)]
    [InlineData("Dexamethasone 0.1 % eye drops", false)]
    [InlineData("Hydrocortisone cream 1 %", false)]
    [InlineData("氢化可的松乳膏", false)]
    [InlineData("Paracetamol", false)]
    public void A_steroid_counts_only_in_a_form_that_reaches_the_blood(string text, bool expected) =>
        Assert.Equal(expected, Terms.NamesSystemicDrug("corticosteroid", [text]));
}
