/**
 * Styles of all pages: light, dark, print, from 320 px up.
 *
 * Colours: text has a contrast of 4.5 or more on each ground that it stands on (tests/browser has axe-core measure it); lines of charts
 * are those of Okabe and Ito (2008), "Color Universal Design", made darker or lighter until they show on the ground, and
 * differ in dashes too.
 */
export const PAGE_STYLES = `
:root{color-scheme:light dark;
--ground:light-dark(#fff,#10151b);--raised:light-dark(#f4f6f8,#19212a);--line:light-dark(#d3dae2,#35404c);
--text:light-dark(#1a2028,#e8edf2);--soft:light-dark(#55606c,#a3afbb);--link:light-dark(#0a57a4,#7fbdff);
--good:light-dark(#0a57a4,#2270bd);--bad:light-dark(#a84a00,#a84a00);
--for:light-dark(#ffdf8a,#6b4e00);--against:light-dark(#cfe4f7,#1e4468);
--s0:light-dark(#0072b2,#56b4e9);--s1:light-dark(#c45500,#ee9a3f);--s2:light-dark(#007f5c,#2fc198);--s3:light-dark(#a8487c,#dd94bd);
--s4:light-dark(#7a6300,#f0e442);--s5:light-dark(#55606c,#a3afbb)}
:root[data-theme=light]{color-scheme:light}
:root[data-theme=dark]{color-scheme:dark}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:3.5rem;-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:76rem;padding:0 1rem 2rem;background:var(--ground);color:var(--text);
font:1rem/1.55 system-ui,-apple-system,"Segoe UI","Apple SD Gothic Neo","Malgun Gothic","Noto Sans KR","Noto Sans CJK KR",sans-serif;
word-break:keep-all;overflow-wrap:anywhere}
html:lang(ko) :is(span,tspan)[lang=en],html:lang(en) :is(span,tspan)[lang=ko]{display:none}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
[hidden],html:not([data-scripted]) .scripted{display:none!important}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;z-index:2;background:var(--ground);padding:.25rem .5rem}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
h1{font-size:1.6rem;line-height:1.25;margin:1rem 0 .5rem}
h2{font-size:1.25rem;margin:2.5rem 0 .75rem;padding-top:.75rem;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:1.25rem 0 .5rem}
main{margin-top:1rem}
p{margin:.5rem 0;max-width:46rem}
.soft,figcaption small,caption{color:var(--soft);font-size:.875rem}
.switches{float:right;display:flex;flex-wrap:wrap;gap:.5rem;justify-content:flex-end;margin-left:1rem}
.switches [role=group]{display:flex}
button,select,input{font:inherit;font-size:.875rem;color:inherit;background:var(--raised);border:1px solid var(--line);border-radius:.375rem;padding:.3rem .6rem;min-height:2.25rem;max-width:100%}
button{cursor:pointer}
.switches [role=group] button:first-of-type{border-radius:.375rem 0 0 .375rem}
.switches [role=group] button+button{border-radius:0 .375rem .375rem 0;border-left:0}
button[aria-pressed=true]{background:var(--good);border-color:var(--good);color:#fff}
nav{position:sticky;top:0;z-index:1;background:var(--ground);border-bottom:1px solid var(--line);margin:0 -1rem;padding:0 1rem;clear:both}
nav ul{display:flex;gap:.25rem 1.1rem;list-style:none;margin:0;padding:.55rem 0;overflow-x:auto;white-space:nowrap;font-size:.9rem}
nav a{text-decoration:none}nav a:hover{text-decoration:underline}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin:1rem 0;padding:0;list-style:none}
.cards li{background:var(--raised);border:1px solid var(--line);border-radius:.5rem;padding:.7rem .9rem}
.cards b{display:block;font-size:1.75rem;line-height:1.2;font-variant-numeric:tabular-nums}
.cards small{display:block;color:var(--soft);font-size:.8125rem}
.findings{padding-left:1.3rem;max-width:52rem}.findings li{margin:.4rem 0}
.scroll{overflow-x:auto;max-width:100%;margin:.5rem 0}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
caption{text-align:left;padding:0 0 .35rem}
th,td{padding:.35rem .65rem;text-align:left;border-bottom:1px solid var(--line);vertical-align:middle}
thead th{color:var(--soft);font-weight:600;vertical-align:bottom}
tbody th{font-weight:600;white-space:nowrap}
tfoot th,tfoot td{color:var(--soft);border-bottom:0}
td.text{min-width:16rem;white-space:normal;overflow-wrap:anywhere}
.number{text-align:right;white-space:nowrap}
.number small{color:var(--soft)}
.bar{display:inline-block;width:5rem;height:.65rem;margin-left:.5rem;vertical-align:baseline}
.bar rect:first-child{fill:var(--line)}.bar rect+rect{fill:var(--s0)}.bar line{stroke:var(--text);stroke-width:1.5}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:1rem 1.5rem;margin:1rem 0}
.charts.small{grid-template-columns:repeat(auto-fill,minmax(min(100%,14rem),1fr))}
figure{margin:0;min-width:0;break-inside:avoid}
figcaption{font-weight:600;font-size:.95rem;margin-bottom:.25rem}figcaption small{display:block;font-weight:400}
figure svg{display:block;width:100%;height:auto;max-width:34rem}
details>.items{margin-top:.25rem}figure details{font-size:.875rem}summary{cursor:pointer;color:var(--link);padding:.25rem 0;width:fit-content}
svg text{fill:var(--soft);font-size:11px}
.grid{stroke:var(--line);stroke-width:1}.axis{stroke:var(--soft);stroke-width:1}.ideal{stroke:var(--soft);stroke-width:1;stroke-dasharray:3 3}
.series{fill:none;stroke-width:2;stroke-linejoin:round}.mark{stroke:none}
.s0{--c:var(--s0)}.s1{--c:var(--s1);--d:6 3}.s2{--c:var(--s2);--d:2 2}.s3{--c:var(--s3);--d:8 3 2 3}.s4{--c:var(--s4);--d:1 3}.s5{--c:var(--s5);--d:4 4}
.series{stroke:var(--c);stroke-dasharray:var(--d,none)}.mark,.fill{fill:var(--c)}
.legend{display:flex;flex-wrap:wrap;gap:.15rem 1rem;list-style:none;margin:.25rem 0;padding:0;font-size:.8125rem}
.legend svg{display:inline-block;width:1.75rem;height:.65rem;vertical-align:baseline;margin-right:.35rem}
.heat td{padding:0;border:1px solid var(--ground);text-align:center;min-width:4rem;height:3rem}
.heat td>*{display:flex;flex-direction:column;justify-content:center;min-height:3rem;padding:.2rem .4rem;color:var(--text);text-decoration:none;line-height:1.2;background:var(--cell)}
.heat a:hover{outline:2px solid var(--link);outline-offset:-2px}.heat td small{font-size:.75rem}
.heat thead th{text-align:center;min-width:4rem;max-width:8rem}
.heat tbody th{white-space:normal;min-width:5rem;max-width:10rem}
.heat .right{--hue:var(--good)}.heat .wrong{--hue:var(--bad)}
.h0{--cell:var(--raised)}.h1{--cell:color-mix(in srgb,var(--hue) 12%,var(--ground))}.h2{--cell:color-mix(in srgb,var(--hue) 22%,var(--ground))}
.h3{--cell:color-mix(in srgb,var(--hue) 32%,var(--ground))}.h4{--cell:color-mix(in srgb,var(--hue) 44%,var(--ground))}
.h5{--cell:color-mix(in srgb,var(--hue) 56%,var(--ground))}.heat .h6{--cell:var(--hue);color:#fff}
.filter{display:flex;flex-wrap:wrap;gap:.5rem .75rem;align-items:end;margin:.75rem 0;padding:.75rem;background:var(--raised);border:1px solid var(--line);border-radius:.5rem}
.filter label{display:flex;flex-direction:column;font-size:.8125rem;color:var(--soft);min-width:0}.filter :is(input,select){background:var(--ground);color:var(--text)}
.filter .wide{flex:1 1 14rem}.filter output{flex-basis:100%;font-size:.875rem}
.items{list-style:none;margin:0;padding:0}
.items li{border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem;margin:.5rem 0;break-inside:avoid}
[data-group] .items li{content-visibility:auto;contain-intrinsic-size:auto 6.5rem}
.items p{margin:.15rem 0;max-width:none}.items .title{font-weight:600}
.chip{display:inline-block;border:1px solid var(--line);border-radius:1rem;padding:0 .55rem;font-size:.8125rem;background:var(--raised);white-space:nowrap}
.chip.wrong{border-color:var(--s1)}.chip.right{border-color:var(--s0)}
.items .facts{display:flex;flex-wrap:wrap;gap:.25rem .6rem;align-items:center;font-size:.8125rem;color:var(--soft)}
mark{color:var(--text);background:var(--for);border-radius:2px;padding:0 1px}mark.against{background:var(--against);text-decoration:underline dotted}
mark.weak{background:color-mix(in srgb,var(--for) 45%,transparent)}mark.against.weak{background:color-mix(in srgb,var(--against) 45%,transparent)}
pre,code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"D2Coding","Noto Sans Mono CJK KR",monospace;font-size:.85rem}
pre{background:var(--raised);border:1px solid var(--line);border-radius:.375rem;padding:.6rem .8rem;white-space:pre-wrap;overflow-wrap:anywhere;word-break:normal}
.terms li{display:inline-block;margin:0 .6rem .2rem 0}.terms,.files{list-style:none;margin:0;padding:0}
footer{margin-top:3rem;color:var(--soft);font-size:.8125rem;border-top:1px solid var(--line);padding-top:.75rem}
@media (max-width:40rem){h1{font-size:1.3rem}.switches{float:none;justify-content:flex-start;margin:.75rem 0 0}th,td{padding:.3rem .45rem}.bar{width:3rem}
.cards{grid-template-columns:1fr 1fr;gap:.5rem}.cards b{font-size:1.4rem}.heat td,.heat thead th{min-width:3.2rem}.heat td small{font-size:.6875rem}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media print{:root{color-scheme:light}body{max-width:none;font-size:10pt}nav,.switches,.filter,.skip{display:none!important}.scroll{overflow:visible}
section{break-before:auto}h2,h3{break-after:avoid}tr{break-inside:avoid}[data-group] .items li{content-visibility:visible}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
